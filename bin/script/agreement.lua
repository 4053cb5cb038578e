-- agreement.lua - the words in which a data-sharing agreement is written, and their JSON.
--
-- What is not granted is refused: there is no word for "all". Names are looked up in the side input
-- (the catalogue's names) for early errors; the program that reads the JSON resolves them again and
-- decides. Trusted; builds on base.lua. The result is "cordon-agreement/1".
--
--   agreement, dim (dim "area" :within "London"), rows, approver
--
-- SPDX-License-Identifier: GPL-3.0-or-later
local base = ...

local fail, failf, where, array = base.fail, base.failf, base.where, base.array
local quoted, format = base.quoted, string.format
local names = base.names

-- A name of the catalogue: a dimension, a measure, a record type.
local function known(kind)
    return function(value, what, line)
        base.name(value, what, line)
        local list = names and names[kind .. "s"]
        if list and list[value] == nil then
            fail(line, format("%s: there is no %s %s", what, kind, quoted(value)),
                 base.suggest(value, base.sorted_keys(list)))
        end
        return value
    end
end

local function required(check)
    return { check, required = true }
end

-- YYYY-MM-DD; that there is such a day is checked by the reader.
local function day(value, what, line)
    if type(value) ~= "string" or not string.find(value, "^%d%d%d%d%-%d%d%-%d%d$") then
        failf(line, "%s must be a day \"YYYY-MM-DD\"", what)
    end
    return value
end

-- ---------------------------------------------------------------- scope

local scope = base.class("scope")

-- The first level, coarse to fine, that has the code or label.
local function level_of(dim, text, line)
    local labels = {}
    for _, level in ipairs(names.dimensions[dim].levels) do
        for _, pair in ipairs(level.codes) do
            if pair[1] == text or pair[2] == text then
                return level.name
            end
            labels[#labels + 1] = pair[2]
        end
    end
    fail(line, format("%s has no code or label %s", dim, quoted(text)),
         base.suggest(text, labels))
end

local dimension = base.class("dimension", {
    methods = {
        within = function(state, _, codes)
            local line = where()
            local list = array(base.one_or_list(base.text)(codes, "the codes of :within", line))
            local level = names and level_of(state.dim, list[1], line) or nil
            return scope.new { dimension = state.dim, level = level, codes = list, line = line }
        end,
    },
})

local function dim(name)
    local line = where()
    return dimension.new { dim = known "dimension"(name, "dim", line) }
end

-- ---------------------------------------------------------------- grants

-- { area = "la", service = "group" }: the dimension and its finest level.
local function dimension_grants(value, what, line)
    if type(value) ~= "table" then
        failf(line, "%s must be { dimension = \"finest level\", ... }", what)
    end
    local out = array {}
    for name, level in base.each(value) do
        local at = base.line_of_key(name, line)
        known "dimension"(name, what, at)
        base.name(level, format("the finest level of %s", name), at)
        local levels = {}
        for i, one in ipairs(names and names.dimensions[name].levels or {}) do
            levels[i] = one.name
        end
        if names then
            base.one_of(levels)(level, format("the finest level of %s", name), at)
        end
        out[#out + 1] = { dimension = name, finest = level, line = at }
    end
    return out
end

local function name_list(check)
    local list = base.list(check)
    return function(value, what, line)
        local out = array {}
        for i, name in ipairs(list(value, what, line)) do
            out[i] = { name = name, line = base.line_of_text(name, line) }
        end
        return out
    end
end

local rows = base.class("rows")

-- rows "workplace" { consent = true, fields = { ... }, measures = { ... } }
local function build_rows(record, body, line)
    known "record"(record, "rows", line)
    local o = base.options(body, "rows " .. quoted(record), line, {
        consent = required(base.boolean),
        fields = required(name_list(base.name)),
        measures = { name_list(known "measure"), default = array {} },
    })
    local fields = names and names.records[record].fields
    for _, one in ipairs(fields and o.fields or {}) do
        base.one_of(fields)(one.name, format("a field of rows %s", quoted(record)), one.line)
    end
    return rows.new { record = record, consent = o.consent, fields = o.fields,
                      measures = o.measures, line = line }
end

-- ---------------------------------------------------------------- people

local person = base.class("person")

local function build_person(name, body, line)
    local o = base.options(body, "approver " .. quoted(name), line, {
        organisation = required(base.text),
        role = { base.name, default = "approver" },
    })
    return person.new { name = base.text(name, "approver", line), role = o.role,
                        organisation = o.organisation, line = line }
end

-- { statistician = 1, owner = 1 }: how many of the approvals must be in a role; and in the same form
-- { borough_list = "week" }: how often a feed is made.
local function named(name_key, value_key, check, kind)
    return function(value, what, line)
        if type(value) ~= "table" then
            failf(line, "%s must be a table { %s = ... }", what, kind)
        end
        local out = array {}
        for name, one in base.each(value) do
            local at = base.line_of_key(name, line)
            base.name(name, what, at)
            out[#out + 1] = { [name_key] = name, line = at,
                              [value_key] = check(one, format("%s of %s", name, what), at) }
        end
        return out
    end
end

local function states(class)
    local list = base.list(base.object(class), 1)
    return function(value, what, line)
        local out = array {}
        for i, one in ipairs(list(value, what, line)) do
            out[i] = class.get(one)
        end
        return out
    end
end

local function texts(value, what, line)
    return array(base.list(base.text, 1)(value, what, line))
end

local function nested(spec)
    return function(value, what, line)
        local o = base.options(value, what, line, spec)
        o.lines, o.line = nil, line
        return o
    end
end

-- ---------------------------------------------------------------- the agreement

local the_agreement

local function agreement_id(value, line)
    if #value > 64 or not string.find(value, "^[a-z][a-z0-9_-]*$") then
        fail(line, format("%s is not the id of an agreement", quoted(value)),
             "lower-case letters, digits, - and _, starts with a letter, at most 64 long")
    end
    return value
end

local function build_agreement(id, body, line)
    if the_agreement then
        fail(line, "there is more than one agreement statement")
    end
    agreement_id(id, line)
    local o = base.options(body, "agreement " .. quoted(id), line, {
        title = required(base.text),
        partner = required(base.text),
        purpose = required(base.text),
        legal_basis = required(base.text),
        contact = required(base.text),
        policy = required(base.name),
        valid = required(nested { from = required(day), to = required(day) }),
        embargo_days = { base.integer(0, 366) },
        scope = required(states(scope)),
        dimensions = required(dimension_grants),
        measures = required(name_list(known "measure")),
        rows = { states(rows), default = array {} },
        consent = { nested { record = required(known "record"), column = required(base.name),
                             yes = required(base.text) } },
        forbidden = required(name_list(base.text)),
        approvals = required(base.integer(2, 16)), -- fewer verifies nowhere
        roles = { named("name", "at_least", base.integer(1, 16), "role"), default = array {} },
        one_per_organisation = { base.boolean, default = false },
        approvers = required(states(person)),
        authors = required(texts),
        recipients = required(texts),
        cadence = { named("feed", "every", base.one_of { "week", "month" }, "feed"),
                    default = array {} },
        max_cells = required(base.integer(1, 4194304)),
        encrypted = required(base.boolean),
        script_travels = required(base.boolean),
    })
    o.lines = nil
    o.format, o.id, o.line = "cordon-agreement/1", id, line
    the_agreement = o
end

return {
    names = {
        agreement = base.statement("agreement", build_agreement),
        rows = base.statement("rows", build_rows),
        approver = base.statement("approver", build_person),
        dim = dim,
    },
    finish = function()
        if not the_agreement then
            fail(0, "there is no agreement statement", "it starts with agreement \"id\" { ... }")
        end
        return the_agreement
    end,
}
