import { bundle } from "../policy.js";

export const dynamic = "force-dynamic";

export function GET() {
  return new Response(bundle(), { headers: { "cache-control": "private, no-cache" } });
}
