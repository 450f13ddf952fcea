/** A socket that takes logs, and how its source is called in `/observe` and in the banner. */
export interface Listener {
  readonly name: 'tcp' | 'tls' | 'gelf+udp' | 'gelf+tcp' | 'fluent';
  readonly source: {
    /** `127.0.0.1:24224`, with the port that was really taken. */
    readonly address: string;
    /** Throws ListenError. */
    start(): Promise<void>;
    /** Takes nothing new; resolves when what was received is committed. */
    stop(): Promise<void>;
  };
}
