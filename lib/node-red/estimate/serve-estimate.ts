import { placeOf } from "../../jobs/costs/place";
import { nodeTypesOf, providerOf } from "../../models/catalogue";
import { type Estimate, estimate } from "../../models/prices/estimate";
import { type PriceRow, readPriceTable } from "../../models/prices/price-table";
import type { AccountKind, Addresses } from "../../providers/account-kind";
import { fal } from "../../providers/fal";
import { runware } from "../../providers/runware";
import { Account, placeIn } from "../account";
import type { AccountNode } from "../find-account";
import { presentKeeper } from "../keeper-of";
import type { AccountSettings } from "../settings";
import { resolved } from "../test-button";
import type { NodeAPI } from "../types";
import { askedIn } from "./asked";
import { BadBody, type EstimateBody, readBody } from "./read-body";

const kinds: Readonly<Record<string, AccountKind>> = { runware, fal };

const served = new WeakSet<object>();

/**
 * Serves the line in the dialogs that says what a run may cost: `POST flux/estimate` on the admin API. Every set of
 * nodes asks for it; the first one serves it.
 */
export function serveEstimate(RED: NodeAPI): void {
  if (served.has(RED.httpAdmin)) return;
  served.add(RED.httpAdmin);
  RED.httpAdmin.post("/flux/estimate", RED.auth.needsPermission("flux.read"), (request, response) => {
    estimateFor(RED, request.body).then(
      (answer) => response.json(answer),
      (error: unknown) => {
        const isBad = error instanceof BadBody;
        response.status(isBad ? 400 : 500).json({ message: isBad ? error.message : "The estimate itself failed." });
      },
    );
  });
}

async function estimateFor(RED: NodeAPI, sent: unknown): Promise<Estimate> {
  const body = readBody(sent);
  const { shape, pictures, elsewhere } = askedIn(body.model, body.dialog);
  const account = accountOf(RED, body);
  if (!account) return { source: "unknown", unknownBecause: { reason: "noAccount" } };
  const keeper = presentKeeper(RED);
  await keeper?.ready;
  return estimate({
    type: body.model.type,
    shape,
    pictures,
    elsewhere,
    brought: body.brought,
    seen: (like) => keeper?.costs.seen(account.place, like, body.brought),
    table: account.prices,
    hasListPrices: account.environment === "production",
  });
}

type PlaceChoice = AccountSettings["environment"];

interface PricedAccount {
  environment: string;
  place: string;
  prices: readonly PriceRow[];
}

/** An account as it is deployed, with what its dialog was left with since. Undefined when there is none. */
function accountOf(RED: NodeAPI, { model, account: id, environment, prices }: EstimateBody): PricedAccount | undefined {
  const provider = providerOf(model);
  const kind = kinds[provider];
  const found = id === "" ? null : (RED.nodes.getNode(id) as AccountNode | null);
  const node = found?.account instanceof Account ? found : null;
  const deployed = node?.settings;
  const wanted = environment === undefined ? deployed?.environment : resolved(RED, node, environment || "production");
  if (!kind || id === "" || (wanted !== "production" && wanted !== "sandbox")) return undefined;
  const own = deployed?.environment === wanted ? deployed.addresses : {};
  const place = placeWhere(kind, wanted, own);
  if (place === undefined) return undefined;
  return {
    environment: wanted,
    place,
    // Rows that cannot be used say no price. A variable is none: whoever may look at flows could read back the
    // environment's numbers.
    prices: prices === undefined ? (deployed?.prices ?? []) : readPriceTable(prices, nodeTypesOf(provider)).rows,
  };
}

function placeWhere(kind: AccountKind, environment: PlaceChoice, addresses: Addresses): string | undefined {
  try {
    return placeOf(placeIn(kind, { environment, addresses }));
  } catch {
    return undefined;
  }
}
