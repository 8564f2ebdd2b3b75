-- SUMMARY: wrk's requests: random ranges of one length, on sectors of a disc. Prints "requests bytes microseconds" at the end.
local length, sectors

function init(arguments)
    length = tonumber(arguments[1])
    sectors = math.floor((tonumber(arguments[2]) - length) / 2048)
    math.randomseed(1)
end

function request()
    local first = math.random(0, sectors) * 2048
    return wrk.format("GET", nil, { Range = string.format("bytes=%d-%d", first, first + length - 1) })
end

function done(summary)
    print(string.format("%d %d %d", summary.requests, summary.bytes, summary.duration))
end
