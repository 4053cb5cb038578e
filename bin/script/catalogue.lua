-- catalogue.lua - the words in which a catalogue is written, and their JSON.
--
-- A catalogue says what the data means: record types and their columns, code lists, dimensions,
-- measures, the fields that lists may show. Trusted; builds on base.lua. Nothing is decided here:
-- names, types and references are checked again by the program that reads the JSON
-- ("cordon-catalogue/1"), so this file only has to be helpful and to keep lines.
--
--   catalogue, codes, record, text, coded, integer, decimal, date, to, col, linked,
--   dimension, level, measure, fields, field,
--   divide, coalesce, when, years_since, months_since, reference_year
--
-- SPDX-License-Identifier: GPL-3.0-or-later
local base = ...

local fail, failf, where, array = base.fail, base.failf, base.where, base.array
local format = string.format

local out = { format = "cordon-catalogue/1", codelists = array {}, records = array {},
              axes = array {}, dimensions = array {}, measures = array {}, fields = array {} }

local expr, record, dimension, level, column, reference, field, restriction

-- ---------------------------------------------------------------- small things

-- A number as exact decimal text: the JSON has no fractions.
local function number_text(value, what, line)
    if math.type(value) == "integer" then
        return format("%d", value)
    elseif type(value) ~= "number" then
        failf(line, "%s must be a number, found %s", what, base.kind_of(value))
    end
    local text = format("%.9f", value)
    text = string.gsub(string.gsub(text, "0+$", ""), "%.$", "")
    if tonumber(text) ~= value then
        failf(line, "%s has more than 9 decimal places", what)
    end
    return text
end

-- A code as text; 8 and "8" are the same code.
local function code_text(value, what, line)
    if math.type(value) == "integer" then
        return format("%d", value)
    end
    return base.text(value, what, line)
end

local code_list = base.one_or_list(code_text)

local function codes_of(value, what, line)
    return array(code_list(value, what, line))
end

-- ---------------------------------------------------------------- code lists

local known_lists = {}

local function use_list(name, line)
    if not known_lists[name] then
        local list = { name = name, line = line }
        known_lists[name] = list
        out.codelists[#out.codelists + 1] = list
    end
    return name
end

-- codes "gender" { dont_know = { 3 } }: codes that are answers of "don't know", not categories.
-- codes "yes" { { 1, "Yes" }, { 0, "No" } }: a short list without a file of its own.
local function build_codes(name, body, line)
    base.name(name, "codes", line)
    if known_lists[name] then
        failf(line, "code list %s is named before its codes statement", base.quoted(name))
    end
    local what = "codes " .. base.quoted(name)
    local pair = base.list(code_text, 2, 2)
    local o = base.options(body, what, line, {
        function(v, w, l) return array(pair(v, w, l)) end,
        dont_know = { codes_of },
    })
    local list = { name = name, line = line, omit = o.dont_know }
    if #o > 0 then
        list.codes = array {}
        for i, one in ipairs(o) do
            list.codes[i] = one
        end
    end
    known_lists[name] = list
    out.codelists[#out.codelists + 1] = list
end

-- ---------------------------------------------------------------- expressions

local function lift(value, what)
    local state = expr.get(value)
    if state then
        return state
    elseif type(value) == "number" then
        return { op = "constant", value = number_text(value, "a number", where()), line = where() }
    end
    failf(nil, "%s must be a column, a number or an expression, found %s", what,
          base.kind_of(value))
end

local function make(op, ...)
    local node = { op = op, line = where(), args = {} }
    for i, value in ipairs { ... } do
        node.args[i] = lift(value, format("operand %d of %s", i, op))
    end
    return expr.new(node)
end

-- a & b & c is one node of three, so that long conditions do not nest.
local function chain(op)
    return function(a, b)
        local node = { op = op, line = where(), args = {} }
        for _, one in ipairs { lift(a, "the left of " .. op), lift(b, "the right of " .. op) } do
            if one.op == op then
                table.move(one.args, 1, #one.args, #node.args + 1, node.args)
            else
                node.args[#node.args + 1] = one
            end
        end
        return expr.new(node)
    end
end

local function compare(op)
    return function(_, self, value)
        return make(op, self, value)
    end
end

local function need_column(state, name)
    if state.op ~= "column" then
        failf(nil, "only a column has :%s", name)
    end
end

expr = base.class("expression", {
    methods = {
        known = function(_, self) return make("known", self) end,
        equals = compare "eq",
        differs = compare "ne",
        below = compare "lt",
        at_most = compare "le",
        above = compare "gt",
        at_least = compare "ge",
        -- :is { 7, 8 } or :is "Care worker": the code is one of these (codes or labels).
        is = function(state, _, codes)
            need_column(state, "is")
            return expr.new { op = "in", line = where(), record = state.record,
                              column = state.column, codes = codes_of(codes, ":is", where()) }
        end,
        -- :where("care_providing", "yes"): the code list's own column says so.
        where = function(state, _, extra, values)
            need_column(state, "where")
            return expr.new { op = "in", line = where(), record = state.record,
                              column = state.column, extra = base.name(extra, ":where", where()),
                              codes = codes_of(values, ":where", where()) }
        end,
    },
    operators = {
        __add = chain "add",
        __sub = function(a, b) return make("subtract", a, b) end,
        __mul = function(a, b) return make("multiply", a, b) end,
        __div = function()
            fail(nil, "/ does not say how many places the result has", "write divide(a, b, places)")
        end,
        __band = chain "and",
        __bor = chain "or",
        __bnot = function(a) return make("not", a) end,
    },
})

local function divide(a, b, places)
    local node = expr.get(make("divide", a, b))
    node.places = base.integer(0, 9)(places, "places of divide", node.line)
    return expr.new(node)
end

-- when(a, x, b, y, z): x where a holds, else y where b holds, else z; without z, missing.
local function when(...)
    local args = { ... }
    if #args < 2 then
        fail(nil, "when needs a condition and a value", "as in when(a, x, otherwise)")
    end
    local node = #args % 2 == 1 and lift(args[#args], "the last value of when")
        or { op = "missing", line = where() }
    for i = #args - #args % 2 - 1, 1, -2 do
        node = { op = "if", line = where(),
                 args = { lift(args[i], "a condition of when"),
                          lift(args[i + 1], "a value of when"), node } }
    end
    return expr.new(node)
end

local function coalesce(...)
    local args = { ... }
    if #args < 2 then
        fail(nil, "coalesce needs two or more values")
    end
    local node = lift(args[#args], "coalesce")
    for i = #args - 1, 1, -1 do
        node = { op = "coalesce", line = where(), args = { lift(args[i], "coalesce"), node } }
    end
    return expr.new(node)
end

local function col(name)
    return expr.new { op = "column", line = where(), column = base.name(name, "col", where()) }
end

local function record_name(value, what, line)
    local state = record.get(value)
    if state then
        return state.name
    end
    return base.name(value, what, line)
end

local function linked(to)
    return expr.new { op = "linked", line = where(), record = record_name(to, "linked", where()) }
end

-- The JSON of an expression. `home`: the record type of a column that does not say its own.
local function write_expr(node, home)
    local json = { op = node.op, line = node.line, value = node.value, codes = node.codes,
                   extra = node.extra, column = node.column, decimals = node.places }
    if node.column or node.op == "linked" then
        json.record = node.record or home
    end
    if node.args then
        json.args = array {}
        for i, one in ipairs(node.args) do
            json.args[i] = write_expr(one, home)
        end
    end
    return json
end

-- Checker: an expression, a number, or the name of a column; gives its node.
local function expression(value, what, line)
    if type(value) == "string" then
        return { op = "column", line = line, column = base.name(value, what, line) }
    end
    return lift(value, what)
end

-- The record type whose columns an expression uses, when it names one.
local function record_of(node)
    if node.column and node.record then
        return node.record
    end
    for _, one in ipairs(node.args or {}) do
        local name = record_of(one)
        if name then
            return name
        end
    end
end

-- ---------------------------------------------------------------- records

column = base.class("column", {})
reference = base.class("reference", {})

local function column_kind(kind, more)
    return function(name, body, line)
        base.name(name, kind, line)
        local what = kind .. " " .. base.quoted(name)
        local spec = { base.text, required = { base.boolean, default = false } }
        for key, value in base.each(more or {}) do
            spec[key] = value
        end
        local o = base.options(body, what, line, spec)
        if #o ~= 1 then
            failf(line, "%s needs one header of the file, as in { \"header\" }", what)
        end
        local json = { name = name, header = o[1], kind = kind, line = line,
                       required = o.required, decimals = o.places }
        json.min = o.from and number_text(o.from, "from of " .. what, line)
        json.max = o.to and number_text(o.to, "to of " .. what, line)
        json.codes = o.list and use_list(o.list, line)
        if o.merge or o.not_recorded then
            json.remap = array {}
            for into, old in base.each(o.merge or {}) do
                for _, code in ipairs(code_list(old, "merge of " .. what, line)) do
                    table.insert(json.remap,
                                 array { code, code_text(into, "merge of " .. what, line) })
                end
            end
            for _, code in ipairs(o.not_recorded or {}) do
                table.insert(json.remap, array { code, "-1" })
            end
        end
        return column.new(json)
    end
end

local function any_number(value, what, line)
    number_text(value, what, line)
    return value
end

local function plain_table(value, what, line)
    if type(value) ~= "table" then
        failf(line, "%s must be a table, found %s", what, base.kind_of(value))
    end
    return value
end

local range = { from = { any_number, required = true }, to = { any_number, required = true } }

local column_words = {
    text = base.statement("text", column_kind "text"),
    date = base.statement("date", column_kind "date"),
    integer = base.statement("integer", column_kind("integer", range)),
    decimal = base.statement("decimal", column_kind("decimal", {
        from = range.from, to = range.to,
        places = { base.integer(1, 6), required = true },
    })),
    -- merge = { [27] = { 22 } }: 22 is read as 27. not_recorded = { 33 }: 33 is no answer.
    coded = base.statement("coded", column_kind("code", {
        list = { base.name, required = true },
        merge = { plain_table },
        not_recorded = { codes_of },
    })),
}

local function build_reference(name, body, line)
    local o = base.options(body, "to " .. base.quoted(name), line, {
        by = { base.name, required = true },
        required = { base.boolean, default = false },
    })
    return reference.new { to = base.name(name, "to", line), column = o.by,
                           required = o.required, line = line }
end

record = base.class("record type", {
    operators = {
        -- worker.age is a column; misspelt ones are refused where they stand.
        __index = function(self, name)
            local state = record.get(self)
            if not state.known[name] then
                fail(nil, format("record type %s has no column %s", state.name,
                                 base.quoted(base.tostring(name))),
                     base.suggest(name, state.names))
            end
            return expr.new { op = "column", line = where(), record = state.name, column = name }
        end,
    },
})

local unpivot_spec = {
    of = { base.object(record), required = true },
    headers = { base.text, required = true },
    list = { base.name, required = true },
}
local group_spec = {
    of = { base.object(record), required = true },
    by = { base.name, required = true },
}
local contributor_spec = {
    workers = { expression },
    unit = { base.name, required = true },
    holding = { base.name },
    holding_column = { base.name },
    waiver = { expression },
    request = { expression },
}

local function nested(spec)
    return function(value, what, line)
        return base.options(value, what, line, spec)
    end
end

local function record_source(json, o, what, line)
    local given = (o.file and 1 or 0) + (o.unpivot and 1 or 0) + (o.group and 1 or 0)
    if given ~= 1 then
        failf(line, "%s needs one of file, unpivot, group", what)
    end
    if o.file then
        json.kind, json.file, json.key = "file", o.file, o.key
        if not o.key then
            failf(line, "%s has no key", what)
        end
    elseif o.unpivot then
        json.kind, json.source = "unpivot", record.get(o.unpivot.of).name
        json.pattern, json.codes = o.unpivot.headers, use_list(o.unpivot.list, line)
    else
        json.kind, json.source, json.key = "group", record.get(o.group.of).name, o.group.by
    end
end

local function build_record(name, body, line)
    base.name(name, "record", line)
    local what = "record " .. base.quoted(name)
    local o = base.options(body, what, line, {
        title = { base.text, required = true },
        file = { base.text },
        unpivot = { nested(unpivot_spec) },
        group = { nested(group_spec) },
        key = { base.name },
        keep = { expression },
        public = { base.boolean, default = false },
        columns = { base.list(base.object(column)), default = {} },
        references = { base.list(base.object(reference)), default = {} },
        contributors = { nested(contributor_spec), required = true },
        unread = { base.list(base.text), default = {} },
    })
    local by = o.contributors
    local json = { name = name, title = o.title, line = line, public = o.public,
                   unread = array(o.unread), columns = array {}, references = array {},
                   keep = o.keep and write_expr(o.keep, name),
                   workers = by.workers and write_expr(by.workers, name),
                   unit = by.unit, holding = by.holding, holding_column = by.holding_column,
                   waiver = by.waiver and write_expr(by.waiver, name),
                   request = by.request and write_expr(by.request, name) }
    record_source(json, o, what, line)
    local state = { name = name, known = {}, names = {} }
    for i, one in ipairs(o.columns) do
        json.columns[i] = column.get(one)
        state.known[json.columns[i].name] = true
        state.names[i] = json.columns[i].name
    end
    for i, one in ipairs(o.references) do
        json.references[i] = reference.get(one)
    end
    out.records[#out.records + 1] = json
    return record.new(state)
end

-- ---------------------------------------------------------------- dimensions

level = base.class("level", {
    -- age.band { "55_59", "60_64" }: records in these codes of the level.
    call = function(state, _, codes)
        return restriction.new { dimension = state.dimension, level = state.name, line = where(),
                                 codes = codes_of(codes, state.name, where()) }
    end,
})
restriction = base.class("set of codes", {})

dimension = base.class("dimension", {
    operators = {
        __index = function(self, name)
            local state = dimension.get(self)
            if not state.levels[name] then
                fail(nil, format("dimension %s has no level %s", state.name,
                                 base.quoted(base.tostring(name))),
                     base.suggest(name, state.names))
            end
            return state.levels[name]
        end,
    },
})

local level_word = base.class("level", {})

-- { "under_55", "Under 55", { "under_25", "25_34" } }: a code, its label, the leaves it holds.
local function group_item(value, what, line)
    if type(value) ~= "table" or #value ~= 3 then
        failf(line, "%s must be { code, label, { codes of the finest level } }", what)
    end
    return { code = code_text(value[1], what, line), label = base.text(value[2], what, line),
             leaves = codes_of(value[3], what, line) }
end

-- { 25, "25_34", "25 to 34" }: where a band starts, its code, its label.
local function band_item(value, what, line)
    if type(value) ~= "table" or #value ~= 3 then
        failf(line, "%s must be { start, code, label }", what)
    end
    return { from = number_text(value[1], what, line), code = code_text(value[2], what, line),
             label = base.text(value[3], what, line) }
end

local function build_level(name, body, line)
    local o = base.options(body, "level " .. base.quoted(name), line, {
        by = { base.name },
        list = { base.name },
        groups = { base.list(group_item, 1) },
    })
    if (o.by == nil) ~= (o.list == nil) or (o.by and o.groups) then
        failf(line, "level %s is { } (the finest), { by =, list = } or { groups = }",
              base.quoted(name))
    end
    return level_word.new { name = base.name(name, "level", line), line = line, by = o.by,
                            codes = o.list and use_list(o.list, line),
                            groups = o.groups and array(o.groups) }
end

local function build_axis(name, o, what, line)
    local axis = { name = name, line = line, bindings = array {}, codes = o.list,
                   bands = o.bands and array(o.bands) }
    if (o.list == nil) == (o.bands == nil) then
        failf(line, "%s needs one of list (a code list) and bands", what)
    end
    if o.list then
        use_list(o.list, line)
    end
    for i, node in ipairs(o.from) do
        local home = o.of or record_of(node)
        if not home then
            failf(line, "%s: which record type is item %d of from about?", what, i)
        end
        axis.bindings[i] = { record = home, value = write_expr(node, home), line = node.line }
    end
    out.axes[#out.axes + 1] = axis
    return name
end

local function build_dimension(name, body, line)
    base.name(name, "dimension", line)
    local what = "dimension " .. base.quoted(name)
    local o = base.options(body, what, line, {
        title = { base.text, required = true },
        from = { base.one_or_list(expression) },
        of = { record_name },
        list = { base.name },
        bands = { base.list(band_item, 1) },
        like = { base.object(dimension) },
        attribute = { base.boolean, default = false },
        levels = { base.list(base.object(level_word), 1), required = true },
    })
    if (o.from == nil) == (o.like == nil) then
        failf(line, "%s needs one of from (where its answer stands) and like (a dimension)", what)
    end
    local axis = o.like and dimension.get(o.like).axis or build_axis(name, o, what, line)
    local json = { name = name, title = o.title, line = line, axis = axis,
                   attribute = o.attribute, levels = array {} }
    local state = { name = name, axis = axis, levels = {}, names = {} }
    for i, one in ipairs(o.levels) do
        local l = level_word.get(one)
        json.levels[i] = l
        state.levels[l.name] = level.new { dimension = name, name = l.name }
        state.names[i] = l.name
    end
    out.dimensions[#out.dimensions + 1] = json
    return dimension.new(state)
end

-- ---------------------------------------------------------------- measures and fields

local statistics = { "count", "mean", "quantile", "ratio", "share", "sum" }

local function build_measure(name, body, line)
    base.name(name, "measure", line)
    local what = "measure " .. base.quoted(name)
    local sets = base.one_or_list(base.object(restriction))
    local o = base.options(body, what, line, {
        title = { base.text, required = true },
        definition = { base.text, required = true },
        unit = { base.text, required = true },
        places = { base.integer(0, 6), required = true },
        of = { record_name, required = true },
        count = { base.one_of { "records" } },
        sum = { expression },
        mean = { expression },
        ratio = { base.list(expression, 2, 2) },
        quantile = { expression },
        at = { any_number },
        share = { base.object(restriction) },
        among = { base.object(restriction) },
        where = { sets },
        usable = { expression },
        magnitude = { base.boolean },
        row_gate = { expression },
    })
    local json = { name = name, title = o.title, definition = o.definition, unit = o.unit,
                   decimals = o.places, record = o.of, line = line, magnitude = o.magnitude,
                   multiplier = o.unit == "%" and 100 or 1,
                   usable = o.usable and write_expr(o.usable, o.of),
                   row_gate = o.row_gate and write_expr(o.row_gate, o.of) }
    for _, kind in ipairs(statistics) do
        if o[kind] then
            if json.kind then
                failf(line, "%s has both %s and %s", what, json.kind, kind)
            end
            json.kind = kind
        end
    end
    if not json.kind then
        fail(line, what .. " has no statistic", "one of " .. table.concat(statistics, ", "))
    end
    local value = o.sum or o.mean or o.quantile
    json.value = value and write_expr(value, o.of)
    if o.ratio then
        json.numerator = write_expr(o.ratio[1], o.of)
        json.denominator = write_expr(o.ratio[2], o.of)
    end
    if (o.quantile == nil) ~= (o.at == nil) or (o.among and not o.share) then
        failf(line, "%s: at belongs to quantile, among to share", what)
    end
    if o.at then
        json.quantile_ppm = math.tointeger(math.floor(o.at * 1000000 + 0.5))
    end
    json.share = o.share and restriction.get(o.share)
    json.among = o.among and restriction.get(o.among)
    if o.where then
        json.where = array {}
        for i, one in ipairs(o.where) do
            json.where[i] = restriction.get(one)
        end
    end
    out.measures[#out.measures + 1] = json
end

field = base.class("field", {})

local function build_field(name, body, line)
    base.name(name, "field", line)
    local o = base.options(body, "field " .. base.quoted(name), line, {
        title = { base.text, required = true },
        shows = { base.object(expr, level), required = true },
        consent = { base.boolean, default = false },
    })
    return field.new { name = name, title = o.title, shows = o.shows, consent = o.consent,
                       line = line }
end

-- fields "workplace" { field ..., }: what lists of these records may show.
local function build_fields(name, body, line)
    local o = base.options(body, "fields " .. base.quoted(name), line, { base.object(field) })
    for _, one in ipairs(o) do
        local f = field.get(one)
        local json = { name = f.name, title = f.title, consent = f.consent, line = f.line,
                       record = base.name(name, "fields", line) }
        local l = level.get(f.shows)
        if l then
            json.dimension, json.level = l.dimension, l.name
        else
            json.value = write_expr(expr.get(f.shows), name)
        end
        out.fields[#out.fields + 1] = json
    end
end

-- ---------------------------------------------------------------- the catalogue

local function build_catalogue(name, body, line)
    if out.name then
        fail(line, "there is more than one catalogue statement")
    end
    local o = base.options(body, "catalogue " .. base.quoted(name), line, {
        title = { base.text, required = true },
        period = { base.list(base.name, 2, 2), required = true },
        as_at = { base.list(base.name, 2, 2) },
    })
    out.name, out.title, out.line = base.name(name, "catalogue", line), o.title, line
    out.period = { record = o.period[1], column = o.period[2], line = line }
    out.as_at = o.as_at and { record = o.as_at[1], column = o.as_at[2], line = line }
end

local names = {
    catalogue = base.statement("catalogue", build_catalogue),
    codes = base.statement("codes", build_codes),
    record = base.statement("record", build_record),
    dimension = base.statement("dimension", build_dimension),
    level = base.statement("level", build_level),
    measure = base.statement("measure", build_measure),
    field = base.statement("field", build_field),
    fields = base.statement("fields", build_fields),
    to = base.statement("to", build_reference),
    col = col, linked = linked, divide = divide, when = when, coalesce = coalesce,
    years_since = function(date) return make("years_since", date) end,
    months_since = function(date) return make("months_since", date) end,
    reference_year = function() return expr.new { op = "reference_year", line = where() } end,
}
for name, word in base.each(column_words) do
    names[name] = word
end

return {
    names = names,
    finish = function()
        if not out.name then
            fail(0, "there is no catalogue statement", "it starts with catalogue \"name\" { ... }")
        end
        return out
    end,
}
