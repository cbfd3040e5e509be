/** Remembers that the device is lost, broken or disposed, and says so at the next call. */
export interface FaultBox {
  /** Throws the fault if there is one. */
  check(): void;
  /** Gives pending device events a turn, then throws the fault if there is one. Waits for the event loop. */
  explain(): Promise<void>;
  /** Somebody else has found a fault; the first one stays. */
  set(error: Error): void;
  /** The plug-in was disposed: from now on every call fails, with one clear reason. */
  close(): void;
}

/** Thrown at the first call after the device was lost. */
export class DeviceLostError extends Error {
  override readonly name: string = 'DeviceLostError';
}

/** Watches a device. A GPU error that nobody caught is a fault: numbers after it cannot be trusted. */
export function watchDevice(device: GPUDevice): FaultBox {
  let fault: (() => Error) | null = null;
  const listener = (event: Event): void => {
    const { error } = event as GPUUncapturedErrorEvent;
    const { message } = error;
    event.preventDefault();
    fault ??= () =>
      error instanceof GPUOutOfMemoryError
        ? new Error(
            `[webgpu] the device ran out of memory, got: ${message.split('\n')[0]}. Dispose the handle, register again with a smaller batch or maxBytes, and put the weights back from your snapshot() or checkpoint.`,
          )
        : new Error(
            `[webgpu] the GPU refused a command, got: ${message.split('\n')[0]}. Results since then are not to be trusted: dispose the plug-in and report the program that did it.`,
          );
  };
  device.addEventListener('uncapturederror', listener as EventListener);
  void device.lost.then(({ reason, message }) => {
    fault ??= () =>
      new DeviceLostError(
        `[webgpu] the GPU device was lost, got reason '${reason}': ${message.split('\n')[0]}. ` +
          'Dispose the handle, call useWebGPU() again and put the weights back from your snapshot() or checkpoint.',
      );
  });
  return {
    check: () => {
      if (fault !== null) throw fault();
    },
    explain: async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (fault !== null) throw fault();
    },
    set: (error) => {
      fault ??= () => error;
    },
    close: () => {
      device.removeEventListener('uncapturederror', listener as EventListener);
      fault = () =>
        new Error(
          '[webgpu] this plug-in was disposed, got a call on one of its tensors. Register it again with useWebGPU() and make the tensors anew.',
        );
    },
  };
}
