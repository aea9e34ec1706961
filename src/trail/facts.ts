/** What a trail is configured to record: decides what its absence from the logs can prove. */

/** One trail's configuration as the evidence needs it; from GetTrail, GetEventSelectors, GetTrailStatus or a snapshot. */
export interface TrailFacts {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  readonly multiRegion: boolean;
  readonly organization: boolean;
  readonly includesGlobalServiceEvents: boolean;
  readonly logFileValidation: boolean;
  readonly bucket: string;
  readonly prefix?: string;
  readonly kmsKeyId?: string;
  /** Which management events are recorded. */
  readonly management: {
    readonly read: boolean;
    readonly write: boolean;
    readonly excludedSources: readonly string[];
  };
  /** Data events switched on, by resource type (`AWS::S3::Object`). */
  readonly data: readonly DataSelector[];
  /** Epoch ms; undefined where unknown. Logging before `startedLogging` or after `stoppedLogging` does not exist. */
  readonly isLogging?: boolean;
  readonly startedLogging?: number;
  readonly stoppedLogging?: number;
}

export interface DataSelector {
  readonly resourceType: string;
  readonly read: boolean;
  readonly write: boolean;
  /** True when only some resources, names or callers of the type are recorded: no proof of absence for the others. */
  readonly narrowed: boolean;
  readonly detail?: string;
}
