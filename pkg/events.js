// Events with named fields.

export class UpdateEvent extends Event {
  constructor(configuration) {
    super("update");
    this.configuration = configuration;
  }
}

export class LimitEvent extends Event {
  constructor(limit, usage) {
    super("limit");
    this.limit = limit;
    this.usage = usage;
  }
}

export class FailureEvent extends Event {
  constructor(error) {
    super("error");
    this.error = error;
  }
}

export class StatusChangeEvent extends Event {
  constructor(status, previousStatus) {
    super("statuschange");
    this.status = status;
    this.previousStatus = previousStatus;
  }
}
