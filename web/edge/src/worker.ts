export { type Clock, turnClock } from "./clock";
export { PortcullisError, type PortcullisErrorCode, type RejectedBundleCode } from "./errors";
export { Gate, type GateStatus, type JudgeOptions, type LogEntry, type Peer, startSync, type Verdict } from "./gate";
