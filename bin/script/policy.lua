-- policy.lua - the words in which a protection policy is written, and their JSON.
--
-- A policy has no defaults: what a release may depend on stands in its file. Every threshold is
-- written with its comparison, because "fewer than 10" and "at most 10" differ by the one cell
-- that matters. Trusted; builds on base.lua. The result is "cordon-policy/1".
--
--   policy, fewer_than, less_than, at_most, more_than, at_least, largest, scaled, cell, off
--
-- SPDX-License-Identifier: GPL-3.0-or-later
local base = ...

local fail, failf, where = base.fail, base.failf, base.where

local threshold

-- A copy of a threshold with one thing more; what a threshold is for is checked where it is used.
local function with(state, key, value)
    local copy = {}
    for _, name in ipairs { "on", "compare", "value", "line", "prior", "coalition" } do
        copy[name] = state[name]
    end
    copy[key] = value
    return threshold.new(copy)
end

threshold = base.class("threshold", {
    methods = {
        -- less_than(10):prior(50): others are known to within 50 % beforehand (the pq rule).
        prior = function(state, _, percent)
            return with(state, "prior", base.integer(1, 100)(percent, "prior", where()))
        end,
        -- less_than(10):coalition(2): the two next largest work together.
        coalition = function(state, _, size)
            return with(state, "coalition", base.integer(1, 4)(size, "coalition", where()))
        end,
    },
})
local off = threshold.new { on = false }

local function compare_word(compare)
    return function(value, ...)
        local line = where()
        if select("#", ...) > 0 then
            failf(line, "%s takes one number", compare)
        end
        base.integer(0, 1000000)(value, "the number of " .. compare, line)
        return threshold.new { on = true, compare = compare, value = value, line = line }
    end
end

local share = base.class("share rule", {
    methods = {
        share = function(state, _, limit)
            local t = threshold.get(limit)
            if not t or not t.on then
                fail(nil, "share needs a threshold", "as in largest(1):share(more_than(80))")
            end
            state.compare, state.percent, state.on = t.compare, t.value, true
            return state.object
        end,
    },
})

-- largest(1):share(more_than(80)): the largest contributor has more than 80 % of the cell.
local function largest(n)
    local line = where()
    local state = { n = base.integer(1, 5)(n, "the number of largest", line), line = line }
    state.object = share.new(state)
    return state.object
end

local scaled_class = base.class("scaled(f)")

-- scaled(2): amounts may be below zero by half of what is known of them.
local function scaled(factor)
    local line = where()
    return scaled_class.new { factor = base.integer(1, 1000)(factor, "the factor of scaled", line) }
end

local cell_class = base.class("cell")

-- ---------------------------------------------------------------- JSON of each rule

local function threshold_json(value, what, line)
    local state = threshold.get(value)
    if not state then
        failf(line, "%s must be a threshold, found %s", what, base.kind_of(value))
    elseif state.prior or state.coalition then
        failf(state.line, "%s has no prior and no coalition", what)
    end
    return { on = state.on, compare = state.compare, value = state.value,
             line = state.line or line }
end

local function share_of(value, what, line)
    local state = share.get(value)
    if not state or not state.on then
        failf(line, "%s must be largest(n):share(...), found %s", what, base.kind_of(value))
    end
    return state
end

local function dominance_rule(value, what, line)
    local state = share_of(value, what, line)
    return { n = state.n, compare = state.compare, k_percent = state.percent, line = state.line }
end

local dominance_rules = base.one_or_list(dominance_rule, 4)

local function dominance_json(value, what, line)
    if value == off then
        return { on = false, line = line }
    elseif share.get(value) then
        value = { value }
    elseif type(value) ~= "table" then
        failf(line, "%s must be largest(n):share(...), a list of them, or off, found %s", what,
              base.kind_of(value))
    end
    return { on = true, rules = base.array(dominance_rules(value, what, line)), line = line }
end

local function p_percent_json(value, what, line)
    local state = threshold.get(value)
    if not state then
        failf(line, "%s must be a threshold, found %s", what, base.kind_of(value))
    elseif not state.on then
        return { on = false, line = line }
    end
    return { on = true, compare = state.compare, p_percent = state.value,
             q_percent = state.prior or 100, coalition = state.coalition or 1,
             line = state.line }
end

local function request_json(value, what, line)
    if value == off then
        return { on = false, line = line }
    end
    local o = base.options(value, what, line, {
        when = { share_of, required = true },
        providers = { threshold_json, required = true },
    })
    return { on = true, largest = o.when.n, compare = o.when.compare,
             share_percent = o.when.percent, providers = o.providers, line = o.when.line }
end

local function negatives_json(value, what, line)
    local state = scaled_class.get(value)
    if state then
        return { method = "scaled", factor = state.factor, line = line }
    elseif value ~= "absolute" then
        failf(line, "%s must be \"absolute\" or scaled(f)", what)
    end
    return { method = "absolute", line = line }
end

local function k_disclosure_json(value, what, line)
    local state = threshold.get(value)
    if not state or (state.on and state.compare ~= "at_most") then
        failf(line, "%s must be at_most(k) or off", what)
    end
    return { on = state.on, k = state.value, line = state.line or line }
end

-- 0.25 becomes 250: what is between zero and one, or a little more, in whole thousandths.
local function thousandths(maximum)
    return function(value, what, line)
        local n = math.type(value) and math.tointeger(math.floor(value * 1000 + 0.5))
        if not n or math.abs(value * 1000 - n) > 1e-6 then
            failf(line, "%s must be a number with at most three decimals, found %s", what,
                  base.kind_of(value))
        elseif n < 0 or n > maximum then
            failf(line, "%s must be between 0 and %d", what, maximum // 1000)
        end
        return n
    end
end

local function required(check)
    return { check, required = true }
end

local function nested(spec)
    return function(value, what, line)
        local o = base.options(value, what, line, spec)
        o.lines, o.line = nil, line
        return o
    end
end

local level_minimum = { percent = required(base.integer(0, 1000)),
                        width = required(base.integer(0, 1000000)) }

local function levels_json(value, what, line)
    if value == off then
        return { on = false, line = line }
    end
    local o = base.options(value, what, line, {
        minimum = required(nested(level_minimum)),
        by_rule = required(base.boolean),
        zero_above = required(base.integer(0, 1000000)),
        limit = required(base.integer(1, 1000000)),
    })
    return { on = true, minimum_percent = o.minimum.percent, minimum_width = o.minimum.width,
             by_rule = o.by_rule, zero_above = o.zero_above, limit = o.limit, line = line }
end

-- ---------------------------------------------------------------- earlier releases

local agreement_sets = base.list(base.list(base.text, 2, 200), 1, 200)

-- "all", "none", or { { "agreement-a", "agreement-b" }, ... }.
local function collude_json(value, what, line)
    if type(value) ~= "table" then
        return { collude = base.one_of { "all", "none" }(value, what, line) }
    end
    local sets = base.array {}
    for i, agreements in ipairs(agreement_sets(value, what, line)) do
        sets[i] = { agreements = base.array(agreements), line = line }
    end
    return { collude = "sets", sets = sets }
end

local change_spec = {}
for _, name in ipairs { "workers", "workplaces", "providers" } do
    change_spec[name] = required(threshold_json)
end

local function history_json(value, what, line)
    local o = nested {
        changes = required(nested(change_spec)),
        concentration = required(base.boolean),
        collude = required(collude_json),
    }(value, what, line)
    o.collude, o.sets = o.collude.collude, o.collude.sets
    return o
end

-- ---------------------------------------------------------------- cells by hand

local function codes_json(value, what, line)
    if type(value) ~= "table" then
        failf(line, "%s must be { dimension = \"code\", ... }, found %s", what,
              base.kind_of(value))
    end
    local out = base.array {}
    for dimension, code in base.each(value) do
        base.name(dimension, "a dimension of " .. what, line)
        local name = dimension .. " of " .. what
        out[#out + 1] = { dimension = dimension, code = base.text(code, name, line), line = line }
    end
    return out
end

-- cell { measure = "filled_posts", where = { area = "702" }, status = "safe", reason = "..." }
local function cell(body, extra)
    local line = where()
    if extra ~= nil then
        fail(line, "cell takes one { ... }")
    end
    local o = base.options(body, "cell", line, {
        measure = required(base.name),
        where = required(codes_json),
        status = required(base.one_of { "withheld", "safe", "published" }),
        reason = required(base.text),
    })
    o.lines, o.line = nil, line
    return cell_class.new(o)
end

local cells = base.list(base.object(cell_class), 1, 10000)

local function manual_json(value, what, line)
    local out = base.array {}
    if value == off then
        return out
    end
    for i, object in ipairs(cells(value, what, line)) do
        out[i] = cell_class.get(object)
    end
    return out
end

-- ---------------------------------------------------------------- the policy

local minimum_spec, insider_spec, rounding_spec = {}, {}, {}
for _, name in ipairs { "workers", "workplaces", "providers", "quantile_workers", "quantile_side",
                        "row_workers" } do
    minimum_spec[name] = required(threshold_json)
end
for _, name in ipairs { "workers", "workplaces", "providers" } do
    insider_spec[name] = required(base.boolean)
end
for _, name in ipairs { "count_base", "sum_base" } do
    rounding_spec[name] = required(base.integer(1, 1000000))
end
for _, name in ipairs { "rate_decimals", "mean_decimals", "quantile_decimals" } do
    rounding_spec[name] = required(base.integer(0, 6))
end
rounding_spec.public = required(base.boolean)
rounding_spec.method = required(base.one_of { "conventional", "random", "controlled",
                                              "small_counts", "midpoint", "cell_key" })
rounding_spec.noise = { nested {
    deviation = required(base.integer(1, 64)), variance = required(thousandths(4096000)),
    small = required(base.integer(0, 64)), contributors = required(base.integer(1, 5)),
    flex = required(base.integer(0, 1000000000)), share_small = required(thousandths(1000)),
    share_large = required(thousandths(1000)), power = required(base.integer(1, 9)),
} }

local function rounding_json(value, what, line)
    local o = nested(rounding_spec)(value, what, line)
    if o.method == "cell_key" and not o.noise then
        failf(line, "%s has no noise", what)
    elseif o.method ~= "cell_key" and o.noise then
        failf(line, "%s has noise, which is for cell_key only", what)
    end
    return o
end

local the_policy

local function build_policy(name, body, line)
    if the_policy then
        failf(line, "there is more than one policy statement")
    end
    base.name(name, "policy", line)
    local o = base.options(body, "policy " .. base.quoted(name), line, {
        title = required(base.text),
        minimum = required(nested(minimum_spec)),
        dominance = required(dominance_json),
        p_percent = required(p_percent_json),
        request = required(request_json),
        waivers = required(base.boolean),
        negatives = required(negatives_json),
        weights = required(base.one_of { "respondent", "cumulated", "replicated" }),
        group_disclosure = required(base.boolean),
        k_disclosure = required(k_disclosure_json),
        zeros = required(base.one_of { "safe", "unsafe" }),
        not_recorded = required(base.one_of { "safe", "unsafe" }),
        levels = required(levels_json),
        insiders = required(nested(insider_spec)),
        history = required(history_json),
        cost = required(base.one_of { "cells", "value", "workers" }),
        total_weight = required(base.integer(1, 1000)),
        manual = required(manual_json),
        rounding = required(rounding_json),
    })
    o.lines = nil
    o.format, o.name, o.line = "cordon-policy/1", name, line
    the_policy = o
end

return {
    names = {
        policy = base.statement("policy", build_policy),
        fewer_than = compare_word "fewer_than", less_than = compare_word "less_than",
        at_most = compare_word "at_most", more_than = compare_word "more_than",
        at_least = compare_word "at_least", largest = largest,
        scaled = scaled, cell = cell, off = off,
    },
    finish = function()
        if not the_policy then
            fail(0, "there is no policy statement", "it starts with policy \"name\" { ... }")
        end
        return the_policy
    end,
}
