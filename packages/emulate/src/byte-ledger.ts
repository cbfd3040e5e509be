/** Bytes of live tensors, as the base holds them and as half storage would. */
export interface TensorBytes {
  /** What the base holds now: float32 takes 4 bytes a number, whatever the policy says. */
  readonly physicalBytes: number;
  /** The highest `physicalBytes` since the start or `resetPeak()`. */
  readonly peakBytes: number;
  /** What the same tensors would take if those marked half took 2 bytes a number. */
  readonly emulatedBytes: number;
  /** The highest `emulatedBytes` since the start or `resetPeak()`. */
  readonly peakEmulatedBytes: number;
}

interface Entry {
  readonly physical: number;
  emulated: number;
}

/** Adds up what the tensors of one plug-in take. Scratch memory inside a kernel is not counted. */
export class ByteLedger {
  readonly entries: WeakMap<object, Entry> = new WeakMap();
  readonly now: { physical: number; emulated: number } = { physical: 0, emulated: 0 };
  readonly peak: { physical: number; emulated: number } = { physical: 0, emulated: 0 };

  /** Books a new data handle; a handle that is booked already changes only what it would take. */
  book(dataId: object, physical: number, emulated: number): void {
    const entry = this.entries.get(dataId);
    if (entry === undefined) {
      this.entries.set(dataId, { physical, emulated });
      this.now.physical += physical;
      this.now.emulated += emulated;
    } else {
      this.now.emulated += emulated - entry.emulated;
      entry.emulated = emulated;
    }
    this.peak.physical = Math.max(this.peak.physical, this.now.physical);
    this.peak.emulated = Math.max(this.peak.emulated, this.now.emulated);
  }

  /** Takes a handle out; unknown ones (made by the stock backend) are none of ours. */
  strike(dataId: object): void {
    const entry = this.entries.get(dataId);
    if (entry === undefined) return;
    this.entries.delete(dataId);
    this.now.physical -= entry.physical;
    this.now.emulated -= entry.emulated;
  }

  resetPeak(): void {
    Object.assign(this.peak, this.now);
  }

  bytes(): TensorBytes {
    const { now, peak } = this;
    return { physicalBytes: now.physical, peakBytes: peak.physical, emulatedBytes: now.emulated, peakEmulatedBytes: peak.emulated };
  }
}
