-- Sends the requests of a file one after another, each whole as it goes over the wire, and reports in one line.
-- Arguments: the file, and the number to begin counting at. A request that must be unlike all others (a write) has
-- twelve characters "@@COUNTER@@@" in it wherever the count belongs.

local requests, at, counted, counter = {}, 0, false, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for one in file:read("*a"):gmatch("([^\30]+)\30") do requests[#requests + 1] = one end
  file:close()
  counter = tonumber(arguments[2])
  counted = requests[1]:find("@@COUNTER@@@", 1, true) ~= nil
end

function request()
  at = at % #requests + 1
  if not counted then return requests[at] end
  counter = counter + 1
  return (requests[at]:gsub("@@COUNTER@@@", string.format("%012d", counter)))
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\nMEASURED {"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "failed": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.status, e.connect + e.read + e.write + e.timeout))
end
