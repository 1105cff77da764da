// A page that shows what the flags say, and changes with them while it is open.
import { ConfigurationClient } from "appconfig-edge";

const client = new ConfigurationClient({
  application: "shop",
  environment: "prod",
  configurationProfile: "flags",
  endpoint: "/config", // a proxy that signs, of the page's own origin
});

const [delivery, checkout, status] = ["delivery", "checkout", "status"].map((id) => document.getElementById(id));

/** The page is whole without a flag: whatever is not known to be on is off. */
function render({ configuration }) {
  const { "express-delivery": express, checkout: shown } = configuration.json();
  delivery.hidden = !express?.enabled;
  delivery.textContent = `Express delivery: ${express?.fee}`; // as text: a configuration is no markup
  checkout.hidden = !shown?.enabled;
  checkout.style.borderColor = shown?.colour ?? "";
}

client.addEventListener("update", render); // the first configuration, and every newer one
client.addEventListener("statuschange", (event) => {
  status.textContent = event.status === "stale" ? "Out of touch: this may have changed." : "";
});
client.start().catch(console.error); // whatever came first, it polls on
