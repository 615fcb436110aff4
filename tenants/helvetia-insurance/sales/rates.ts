import { defineProduct } from "bulkhead";
import { currencyRates } from "../../_shared/reference.ts";

export default defineProduct({
  description: "Currency rates for premiums in foreign money", owner: { team: "helvetia-underwriting", email: "underwriting@helvetia.example" },
  tables: { currency_rates: currencyRates },
  sla: { freshness: "1d" },
});
