/** Who may write to one place: one process or tab at a time, from its first save until it lets go or ends. */
export interface RunLock {
  /** The place, the same for everybody who means it. */
  readonly key: string;
  /** Takes the lock, or throws CheckpointLockedError. */
  take(options: { readonly takeOver: boolean }): Promise<HeldLock>;
}

/** A lock that was taken. */
export interface HeldLock {
  /** Throws CheckpointLockedError if somebody took it over. */
  check(): void;
  release(): Promise<void>;
}
