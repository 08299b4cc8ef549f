// For `now`; and the two stay one file for every entry, so that no page loads one more.
export { turnClock } from "./clock";
export { InvalidPolicyError, type Problem, RefusedError, type Refusal } from "./author/errors";
export type { Change, RefusedReason, SubjectKey } from "./author/change";
export { PortcullisError, type PortcullisErrorCode } from "./errors";
export { isStarted, schema, startSync } from "./author/guest";
export { type BundleMetadata, compile, type MatrixFormat, PolicySource } from "./author/source";
export { Preview } from "./author/preview";
export { start } from "./author/start";
export type { AuthzenAnswer, AuthzenRequest, AuthzenSubject, AuthzenValue } from "./author/authzen";
export type { Actor, Administration, Administered, AuditRecord, Difference, Grant, Impact, RemovedAssignment } from "./author/administration";
export type { Finding, GrantChange, GrantChanges, HolderDiff, Matrix, PolicyDiff, Report, RoleDiff, RouteDiff, Setting } from "./author/reports";
export type {
  HeldRole,
  Outline,
  OutlinedFeature,
  OutlinedGroup,
  OutlinedModule,
  OutlinedPermission,
  OutlinedPerson,
  OutlinedRole,
  OutlinedScope,
} from "./author/outline";
export type { Holder, May, Who } from "./author/who";
