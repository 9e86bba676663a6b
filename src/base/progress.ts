/** What long work says of itself while it runs. The command line decides how to show it. */

export type ProgressEvent =
  | {readonly kind: 'started'; readonly stage: string; readonly detail?: string}
  | {
      readonly kind: 'advanced';
      readonly stage: string;
      readonly done: number;
      /** Absent while the whole is not known yet. */
      readonly expected?: number;
      readonly unit: 'objects' | 'bytes' | 'packages' | 'checks' | 'files';
      readonly detail?: string;
    }
  | {
      readonly kind: 'finished';
      readonly stage: string;
      readonly outcome: 'made' | 'reused' | 'failed';
      readonly durationMs: number;
      readonly detail?: string;
    }
  | {readonly kind: 'said'; readonly severity: 'info' | 'warning'; readonly message: string};

export type Report = (event: ProgressEvent) => void;
