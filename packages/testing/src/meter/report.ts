/** Counters of one span; all start at 0. Bytes are bytes, everything else is a number of calls or things. */
export interface GpuCounts {
  dispatches: number;
  indirectDispatches: number;
  workgroups: number;
  /** Sum over all dispatches of the storage bytes bound to each: an upper bound of memory traffic. */
  storageBytesBound: number;
  uniformBytesBound: number;
  passes: number;
  submits: number;
  commandBuffers: number;
  queueWrites: number;
  queueWriteBytes: number;
  copies: number;
  copyBytes: number;
  /** Buffers mapped for reading: each is a wait for the GPU. */
  readbacks: number;
  readbackBytes: number;
  workDoneWaits: number;
  /** Compute pipelines built. */
  pipelines: number;
  shaderModules: number;
  /** Shader modules that enable `f16`. */
  shaderModulesF16: number;
  bindGroups: number;
  buffersCreated: number;
  buffersDestroyed: number;
  bytesCreated: number;
  mappedAtCreationBytes: number;
}

/** What the dispatches of one pipeline label did. */
export interface PipelineCounts {
  dispatches: number;
  storageBytes: number;
}

/** The counters of a span, its buffer memory, and the share of each pipeline label, most bytes first. */
export interface GpuReport extends Readonly<GpuCounts> {
  readonly bytesLiveStart: number;
  readonly bytesLiveEnd: number;
  /** Highest sum of live buffer sizes, staging and pools included. */
  readonly bytesPeak: number;
  readonly byPipeline: Readonly<Record<string, Readonly<PipelineCounts>>>;
}

/** Makes the counters of a span that has not begun. */
export function emptyCounts(): GpuCounts {
  return {
    dispatches: 0,
    indirectDispatches: 0,
    workgroups: 0,
    storageBytesBound: 0,
    uniformBytesBound: 0,
    passes: 0,
    submits: 0,
    commandBuffers: 0,
    queueWrites: 0,
    queueWriteBytes: 0,
    copies: 0,
    copyBytes: 0,
    readbacks: 0,
    readbackBytes: 0,
    workDoneWaits: 0,
    pipelines: 0,
    shaderModules: 0,
    shaderModulesF16: 0,
    bindGroups: 0,
    buffersCreated: 0,
    buffersDestroyed: 0,
    bytesCreated: 0,
    mappedAtCreationBytes: 0,
  };
}

/**
 * Writes a report as a few lines of text for people.
 *
 * Pure.
 *
 * @param rows - how many pipeline labels to list, those that bind most first; 8 unless set
 */
export function formatReport(report: GpuReport, { rows = 8 }: { readonly rows?: number } = {}): string {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  return [
    `dispatches ${report.dispatches} (workgroups ${report.workgroups}), submits ${report.submits}, passes ${report.passes}`,
    `storage bound ${mib(report.storageBytesBound)}, uniform bound ${mib(report.uniformBytesBound)}`,
    `buffers live ${mib(report.bytesLiveStart)} -> ${mib(report.bytesLiveEnd)}, peak ${mib(report.bytesPeak)}, created ${report.buffersCreated}, destroyed ${report.buffersDestroyed}`,
    `readbacks ${report.readbacks} (${report.readbackBytes} B), writes ${report.queueWrites} (${report.queueWriteBytes} B), copies ${report.copies} (${report.copyBytes} B)`,
    `pipelines built ${report.pipelines}, shader modules ${report.shaderModules} (f16: ${report.shaderModulesF16})`,
    ...Object.entries(report.byPipeline)
      .slice(0, rows)
      .map(([label, row]) => `${String(row.dispatches).padStart(6)} x ${mib(row.storageBytes).padStart(11)}  ${label}`),
  ].join('\n');
}
