/** Where digests and log files are read from: a bucket, or a folder that was copied from one. */

/** An object as CloudTrail names it inside a digest. */
export interface Place {
  readonly bucket: string;
  readonly key: string;
}

export type Fetched =
  | {
      readonly kind: 'object';
      readonly bytes: Uint8Array;
      /** `x-amz-meta-*` without that prefix; undefined where a copy has lost it. */
      readonly metadata: ReadonlyMap<string, string> | undefined;
    }
  | { readonly kind: 'missing' }
  /** Nothing can be said of it: refused, or not readable. */
  | { readonly kind: 'unreadable'; readonly detail: string };

/** Names are what is printed: `s3://bucket/key`, or a path relative to the folder. */
export interface Archive {
  /** A copy keeps no object metadata and no bucket; it may have been unpacked. */
  readonly copied: boolean;
  /** Names of all digests that can matter to the window, in no order. */
  digests(): Promise<readonly string[]>;
  /** Names of all log files delivered in the window, in no order. */
  logs(): Promise<readonly string[]>;
  /** Names under which the object of a digest lies; `s3://…` where it is in no folder. Never empty, sorted. */
  locate(place: Place): readonly string[];
  /** Whether the object called `name` lies where the place says. */
  isAt(name: string, place: Place): boolean;
  read(name: string): Promise<Fetched>;
}

export const s3Name = ({ bucket, key }: Place): string => `s3://${bucket}/${key}`;
