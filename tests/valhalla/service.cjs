// Valhalla's map matching over HTTP, as its own service offers it, and as OSRM's does.
//   node service.cjs MODULES CONFIG      prints the port that it listens on
const http = require("http");
const path = require("path");
const { Actor } = require(path.join(process.argv[2], "@valhallajs/valhallajs"));

function osrm(target) {
  const [places, query] = target.slice("/match/v1/driving/".length).split("?");
  const times = new URLSearchParams(query).get("timestamps").split(";").map(Number);
  const shape = places.split(";").map((pair, i) => {
    const [lon, lat] = pair.split(",").map(Number);
    return { lat, lon, time: times[i] };
  });
  return { shape, costing: "auto", shape_match: "map_snap", format: "osrm",
    directions_type: "none", // as OSRM, which tells steps where they are asked for alone
    trace_options: { gps_accuracy: 10, search_radius: 40 } };
}

async function answer(actor, request, body) {
  if (request.url.startsWith("/match/v1/driving/")) {
    return actor.traceRoute(JSON.stringify(osrm(request.url)));
  }
  const calls = { "/trace_attributes": "traceAttributes", "/trace_route": "traceRoute",
    "/route": "route" };
  return actor[calls[request.url]](body);
}

async function main() {
  const actor = await Actor.fromConfigFile(process.argv[3]);
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) {
      body += piece;
    }
    let status = 200;
    let text;
    try {
      const said = await answer(actor, request, body);
      text = typeof said === "string" ? said : JSON.stringify(said);
    } catch (error) {
      status = 400;
      text = JSON.stringify({ error: String(error), error_code: error.code });
    }
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(text);
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

main();
