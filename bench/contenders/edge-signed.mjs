// This package, without a proxy: it signs itself.

import { credentials, region } from "../credentials.mjs";
import * as edge from "./edge.mjs";

export const open = (endpoint) => edge.open(endpoint, { region, credentials });
