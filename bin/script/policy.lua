-- policy.lua - the words in which a protection policy is written, and their JSON.
--
-- A policy has no defaults: what a release may depend on stands in its file. Every threshold is
-- written with its comparison, because "fewer than 10" and "at most 10" differ by the one cell
-- that matters. Trusted; builds on base.lua. The result is "cordon-policy/1".
--
--   policy, fewer_than, less_than, at_most, more_than, at_least, largest, off
--
-- SPDX-License-Identifier: GPL-3.0-or-later
local base = ...

local fail, failf, where = base.fail, base.failf, base.where

local threshold = base.class("threshold")
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

local dominance = base.class("dominance rule", {
    methods = {
        share = function(state, _, limit)
            local t = threshold.get(limit)
            if not t or not t.on then
                fail(nil, "share needs a threshold", "as in largest(1):share(more_than(80))")
            end
            state.compare, state.k_percent, state.on = t.compare, t.value, true
            return state.object
        end,
    },
})

-- largest(1):share(more_than(80)): the largest contributor has more than 80 % of the cell.
local function largest(n)
    local line = where()
    local state = { n = base.integer(1, 2)(n, "the number of largest", line), line = line }
    state.object = dominance.new(state)
    return state.object
end

local function threshold_json(value, what, line)
    local state = threshold.get(value)
    if not state then
        failf(line, "%s must be a threshold, found %s", what, base.kind_of(value))
    end
    return { on = state.on, compare = state.compare, value = state.value,
             line = state.line or line }
end

local function dominance_json(value, what, line)
    if value == off then
        return { on = false, line = line }
    end
    local state = dominance.get(value)
    if not state or not state.on then
        failf(line, "%s must be largest(n):share(...) or off, found %s", what,
              base.kind_of(value))
    end
    return { on = true, n = state.n, compare = state.compare, k_percent = state.k_percent,
             line = state.line }
end

local function required(check)
    return { check, required = true }
end

local minimum_spec, rounding_spec = {}, {}
for _, name in ipairs { "workers", "workplaces", "providers", "quantile_workers", "quantile_side",
                        "row_workers" } do
    minimum_spec[name] = required(threshold_json)
end
for _, name in ipairs { "count_base", "sum_base" } do
    rounding_spec[name] = required(base.integer(1, 1000000))
end
for _, name in ipairs { "rate_decimals", "mean_decimals", "quantile_decimals" } do
    rounding_spec[name] = required(base.integer(0, 6))
end
rounding_spec.public = required(base.boolean)

local function nested(spec)
    return function(value, what, line)
        local o = base.options(value, what, line, spec)
        o.lines, o.line = nil, line
        return o
    end
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
        p_percent = required(threshold_json),
        group_disclosure = required(base.boolean),
        zeros = required(base.one_of { "safe", "unsafe" }),
        not_recorded = required(base.one_of { "safe", "unsafe" }),
        cost = required(base.one_of { "cells", "value", "workers" }),
        rounding = required(nested(rounding_spec)),
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
        at_least = compare_word "at_least", largest = largest, off = off,
    },
    finish = function()
        if not the_policy then
            fail(0, "there is no policy statement", "it starts with policy \"name\" { ... }")
        end
        return the_policy
    end,
}
