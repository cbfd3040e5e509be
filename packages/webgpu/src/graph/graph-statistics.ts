/** How often recorded work was planned and how often a plan was used again. */
export interface GraphStatistics {
  /** Graphs that have run. */
  readonly runs: number;
  /** Graphs that no plan was known for: they were fused, planned and their kernels compiled. All others were replayed. */
  readonly planned: number;
  /** Plans that are remembered now. */
  readonly plans: number;
  /** Host time of runs that were planned first, in milliseconds. */
  readonly planningMs: number;
  /** Host time of replayed runs, from the look at the graph to the submit, in milliseconds. */
  readonly replayMs: number;
  /** Dispatches of replayed runs. */
  readonly replayedDispatches: number;
}
