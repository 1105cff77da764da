export { ConfigurationClient } from "./client.js";
export { AppConfigError } from "./errors.js";
export {
  BadRequestException,
  InternalServerException,
  ResourceNotFoundException,
  ThrottlingException,
  getLatestConfiguration,
  startConfigurationSession,
} from "./operations.js";
export { FailureEvent, LimitEvent, StatusChangeEvent, UpdateEvent } from "./events.js";
export { durableObjectStore } from "./store.js";
