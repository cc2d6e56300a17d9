/** Where the API is; served beside the console, because one build runs at many addresses. */

export interface Configuration {
  /** Without a slash at the end; empty where the API has the console's own origin. */
  api_url: string;
  websocket_url: string;
}

export async function readConfiguration(): Promise<Configuration> {
  const answer = await fetch("/config.json", { cache: "no-store" });
  if (!answer.ok) throw new Error(`/config.json answered ${answer.status}`);
  return (await answer.json()) as Configuration;
}
