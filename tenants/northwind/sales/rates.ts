import { defineProduct } from "bulkhead";
import { currencyRates } from "../../_shared/reference.ts";

export default defineProduct({
  description: "Currency rates used to report orders", owner: { team: "northwind-finance", email: "finance@northwind.example" },
  tables: { currency_rates: currencyRates },
  sla: { freshness: "1d" },
});
