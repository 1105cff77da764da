export { ConfigurationClient } from "./client.js";
export { AppConfigError } from "./errors.js";
export { FailureEvent, StatusChangeEvent, UpdateEvent } from "./events.js";
