-- script.lua - the partner's API: feed, table, providers, list, dim, measure, month.
--
-- A script selects, groups and filters by names; it never sees a value. The result is the plan
-- (format "cordon-plan/1") in which every node has its line. Names are checked here when the
-- parent gave them, for good messages; the parent checks them again.
--
-- SPDX-License-Identifier: GPL-3.0-or-later
local base = ...

local fail, format, quoted, where = base.fail, string.format, base.quoted, base.where
local names = base.names

local MAX_OUTPUTS, MAX_DIMENSIONS, MAX_CODES = 64, 6, 2000

-- ---------------------------------------------------------------- names of the catalogue

local function keys_of(members)
    local keys = {}
    for key in base.each(members) do
        keys[#keys + 1] = key
    end
    return keys
end

-- What else the word names, as a hint; for `dim "filled_posts"` and the like.
local function other_use(word)
    if names.dimensions[word] then
        return format("%s is a dimension: write dim \"%s\"", quoted(word), word)
    elseif names.measures[word] then
        return format("%s is a measure: write measure \"%s\"", quoted(word), word)
    end
    for record, entry in base.each(names.records) do
        for _, field in ipairs(entry.fields) do
            if field == word then
                return format("%s is a field of the rows of %s", quoted(word), record)
            end
        end
    end
    return nil
end

function base.hint_global(word)
    return names and other_use(word)
end

local function hint_for(word, known, what)
    local name = base.closest(word, known)
    if name then
        return format("did you mean %s?", quoted(name))
    end
    local hint = other_use(word) or base.suggest(word, known)
    return hint ~= "" and hint or format("cordon catalogue lists every %s", what)
end

local function level_names(dimension)
    local out = {}
    for i, level in ipairs(dimension.levels) do
        out[i] = level.name
    end
    return out
end

-- ---------------------------------------------------------------- filters

local filter_class

local function filter_list(value, what, line)
    if type(value) == "table" then
        local out = {}
        local items = base.list(base.object(filter_class), 1, 64)(value, what, line)
        for _, item in ipairs(items) do
            table.move(filter_class.get(item), 1, #filter_class.get(item), #out + 1, out)
        end
        return out
    end
    local state = filter_class.get(base.object(filter_class)(value, what, line))
    return table.move(state, 1, #state, 1, {})
end

-- State: a list of { dim, level, codes, line }, all of which must hold.
filter_class = base.class("filter", {
    operators = {
        __band = function(a, b)
            local left, right = filter_class.get(a), filter_class.get(b)
            if not left or not right then
                fail(nil, format("& joins two filters, found %s", base.kind_of(left and b or a)))
            end
            local both = table.move(left, 1, #left, 1, {})
            return filter_class.new(table.move(right, 1, #right, #both + 1, both))
        end,
        __bor = function()
            fail(nil, "filters cannot be joined with |",
                 "list the codes in one filter: dim \"x\":is { \"a\", \"b\" }")
        end,
        __bnot = function()
            fail(nil, "a filter cannot be negated with ~", "write dim \"x\":is_not { ... }")
        end,
    },
})

-- The code that `text` (a code or a label) names at a level, or nil. Codes go before labels.
local function find_code(level, text)
    if not level.index then
        level.index = {}
        for _, pair in ipairs(level.codes) do
            level.index[pair[2]] = level.index[pair[2]] or pair[1]
        end
        for _, pair in ipairs(level.codes) do
            level.index[pair[1]] = pair[1]
        end
    end
    return level.index[text]
end

local function words_of(levels)
    local words = {}
    for _, level in ipairs(levels) do
        for _, pair in ipairs(level.codes) do
            words[#words + 1] = pair[2]
        end
        for _, pair in ipairs(level.codes) do
            words[#words + 1] = pair[1]
        end
    end
    return words
end

local texts = base.one_or_list(base.text, MAX_CODES)

local function check_codes(dim, value, method, line)
    local list = texts(value, format("the codes of %s:%s", dim, method), line)
    local lines = {}
    for i, text in ipairs(list) do
        lines[i] = base.line_of_text(text, line)
    end
    return list, lines
end

local function unknown_code(dim, levels, text, line, state)
    local known = names.dimensions[dim].levels
    for _, level in ipairs(known) do
        if state and find_code(level, text) then
            fail(line, format("%s is not a %s of %s; it is a %s", quoted(text), state, dim,
                              level.name),
                 format("write dim \"%s\":within \"%s\" or dim \"%s\":at \"%s\":is \"%s\"", dim,
                        text, dim, level.name, text))
        end
    end
    local word = base.closest(text, words_of(levels))
    fail(line, format("%s has no code or label %s", dim, quoted(text)),
         word and format("did you mean %s?", quoted(word))
             or format("cordon catalogue lists the codes of %s", dim))
end

-- The filter on the first level, from coarse to fine, at which all texts are codes.
local function filter_on(dim, levels, list, lines, line, only_level)
    for _, level in ipairs(levels) do
        local codes, all = base.array {}, true
        for i, text in ipairs(list) do
            codes[i] = find_code(level, text)
            if not codes[i] then
                all = false
                break
            end
        end
        if all then
            return { dim = dim, level = level.name, codes = codes, line = line }
        end
    end
    for i, text in ipairs(list) do
        local found = false
        for _, level in ipairs(levels) do
            found = found or find_code(level, text) ~= nil
        end
        if not found then
            unknown_code(dim, levels, text, lines[i], only_level)
        end
    end
    fail(line, format("the codes of a filter on %s must be of one level", dim),
         "write one filter for each level")
end

local function make_filter(state, method, value, levels, only_level)
    local line = where()
    local list, lines = check_codes(state.dim, value, method, line)
    if not names then
        local level = only_level or state.to
        return { dim = state.dim, level = level, codes = base.array(list), line = line }
    end
    return filter_on(state.dim, levels, list, lines, line, only_level)
end

-- ---------------------------------------------------------------- dimensions

local dimension_class

-- The levels that a filter method looks at: the chosen one, else the finest.
local function filter_levels(state)
    if not names then
        return {}, state.to
    end
    local levels = names.dimensions[state.dim].levels
    for _, level in ipairs(levels) do
        if level.name == state.to then
            return { level }, state.to
        end
    end
    return { levels[#levels] }, levels[#levels].name
end

local function level_position(state, name, line)
    if type(name) ~= "string" then
        fail(line, format("a level of %s is a name in quotes, found %s", state.dim,
                          base.kind_of(name)))
    end
    local known = level_names(names.dimensions[state.dim])
    for i, level in ipairs(known) do
        if level == name then
            return i
        end
    end
    fail(line, format("%s has no level %s", state.dim, quoted(name)), base.suggest(name, known))
end

local function at_levels(state, from, to)
    local line = where()
    if state.from ~= "" then
        fail(line, format("the level of %s was already chosen: %s", state.dim,
                          quoted(state.to)))
    end
    if names then
        if level_position(state, from, line) > level_position(state, to, line) then
            fail(line, format("levels of %s go from coarse to fine: %s is finer than %s",
                              state.dim, quoted(from), quoted(to)),
                 format("write dim \"%s\":levels(\"%s\", \"%s\")", state.dim, to, from))
        end
    else
        base.name(from, "a level of " .. state.dim, line)
        base.name(to, "a level of " .. state.dim, line)
    end
    return dimension_class.new { dim = state.dim, from = from, to = to, line = line }
end

local function no_more(method, ...)
    if select("#", ...) > 0 then
        fail(nil, format("%s takes one value or one list, found more", method),
             format("write :%s { \"a\", \"b\" }", method))
    end
end

dimension_class = base.class("dimension", {
    methods = {
        at = function(state, _, level, ...)
            if select("#", ...) > 0 then
                fail(nil, "at takes one level", "write :levels(\"coarse\", \"fine\") for several")
            end
            return at_levels(state, level, level)
        end,
        levels = function(state, _, from, to, ...)
            if to == nil or select("#", ...) > 0 then
                fail(nil, "levels takes two names: the coarsest and the finest level",
                     format("write dim \"%s\":levels(\"coarse\", \"fine\")", state.dim))
            end
            return at_levels(state, from, to)
        end,
        within = function(state, _, value, ...)
            no_more("within", ...)
            local levels = names and names.dimensions[state.dim].levels
            return filter_class.new { make_filter(state, "within", value, levels, nil) }
        end,
        is = function(state, _, value, ...)
            no_more("is", ...)
            local levels, level = filter_levels(state)
            return filter_class.new { make_filter(state, "is", value, levels, level) }
        end,
        is_not = function(state, _, value, ...)
            no_more("is_not", ...)
            if not names then
                fail(nil, "is_not needs the catalogue's names")
            end
            local levels, level = filter_levels(state)
            local filter = make_filter(state, "is_not", value, levels, level)
            local excluded, kept = {}, base.array {}
            for _, code in ipairs(filter.codes) do
                excluded[code] = true
            end
            for _, pair in ipairs(levels[1].codes) do
                if not excluded[pair[1]] then
                    kept[#kept + 1] = pair[1]
                end
            end
            if #kept == 0 then
                fail(filter.line, format("this filter on %s keeps nothing", state.dim))
            end
            filter.codes = kept
            return filter_class.new { filter }
        end,
    },
})

local function checked_word(word, what, line, known)
    if type(word) ~= "string" then
        fail(line, format("%s needs a name in quotes, found %s", what, base.kind_of(word)))
    end
    if known and not known[word] then
        fail(line, format("unknown %s %s", what, quoted(word)), hint_for(word, keys_of(known), what))
    end
    return base.name(word, what, line)
end

local function dim(word)
    local line = where()
    checked_word(word, "dimension", line, names and names.dimensions)
    return dimension_class.new { dim = word, from = "", to = "", line = line }
end

local measure_class = base.class("measure")

local function measure(word)
    local line = where()
    checked_word(word, "measure", line, names and names.measures)
    return measure_class.new { name = word, line = line }
end

-- ---------------------------------------------------------------- month

local month_class = base.class("month")

local function month(text)
    local line = where()
    local number = type(text) == "string" and string.match(text, "^%d%d%d%d%-(%d%d)$")
    if not number or tonumber(number) < 1 or tonumber(number) > 12 then
        fail(line, format("month needs \"YYYY-MM\", found %s",
                          type(text) == "string" and quoted(text) or base.kind_of(text)),
             "for example month \"2026-08\"")
    end
    return month_class.new { text = text, line = line }
end

-- ---------------------------------------------------------------- tables and lists

local output_class = base.class("table or list")
local outputs = {} -- all that were made, in order

local function add_output(state)
    outputs[#outputs + 1] = state
    return output_class.new(state)
end

local function dimension_item(value, what, line)
    if type(value) == "string" then
        fail(line, format("%s is a text", what), format("write dim \"%s\"", value))
    elseif filter_class.get(value) then
        fail(filter_class.get(value)[1].line, format("%s is a filter", what),
             "put it in where = ...")
    end
    return base.object(dimension_class)(value, what, line)
end

local function dimension_node(value)
    local state = dimension_class.get(value)
    local from, to = state.from, state.to
    if to == "" and names then
        local levels = names.dimensions[state.dim].levels
        from, to = levels[#levels].name, levels[#levels].name
    end
    return { dim = state.dim, from = from, to = to, line = state.line }
end

local function measure_item(value, what, line)
    if type(value) == "string" then
        fail(line, format("%s is a text", what), format("write measure \"%s\"", value))
    end
    return base.object(measure_class)(value, what, line)
end

local function measure_nodes(list, what)
    local out, seen = base.array {}, {}
    for i, value in ipairs(list or {}) do
        local state = measure_class.get(value)
        if seen[state.name] then
            fail(state.line, format("measure %s is twice in %s", quoted(state.name), what))
        end
        seen[state.name] = true
        out[i] = { name = state.name, line = state.line }
    end
    return out
end

local dimensions = base.list(dimension_item, 0, MAX_DIMENSIONS)
local measures = base.list(measure_item, 1, 64)

local function build_table(name, body, line)
    base.name(name, "the name of a table", line)
    local what = "table " .. quoted(name)
    local o = base.options(body, what, line, {
        title = { base.text, default = "" },
        note = { base.text, default = "" },
        rows = { dimensions, default = {} },
        columns = { dimensions, default = {} },
        totals = { base.one_of { "all", "none" }, default = "all" },
        measures = { measures, required = true },
        where = { filter_list, default = {} },
    })
    local rows, columns, seen = base.array {}, base.array {}, {}
    for _, side in ipairs { { o.rows, rows }, { o.columns, columns } } do
        for i, value in ipairs(side[1]) do
            local node = dimension_node(value)
            if seen[node.dim] then
                fail(node.line, format("dimension %s is twice in %s", quoted(node.dim), what),
                     format("for several levels write dim \"%s\":levels(\"coarse\", \"fine\")",
                            node.dim))
            end
            seen[node.dim] = true
            side[2][i] = node
        end
    end
    if #rows + #columns > MAX_DIMENSIONS then
        fail(line, format("%s has more than %d dimensions", what, MAX_DIMENSIONS))
    end
    return add_output {
        kind = "table", line = line, node = {
            name = name, title = o.title, note = o.note, line = line, rows = rows,
            columns = columns, measures = measure_nodes(o.measures, what),
            totals = o.totals == "all", where = base.array(o.where),
        },
    }
end

local function field_nodes(list, record, what, line)
    local known = {}
    for _, name in ipairs(names and names.records[record].fields or {}) do
        known[name] = true
    end
    local out, seen = base.array {}, {}
    for i, word in ipairs(list) do
        local at = base.line_of_text(word, line)
        if names and not known[word] then
            fail(at, format("unknown field %s of %s", quoted(word), record),
                 hint_for(word, keys_of(known), "field"))
        elseif seen[word] then
            fail(at, format("field %s is twice in %s", quoted(word), what))
        end
        seen[word] = true
        out[i] = { name = word, line = at }
    end
    return out
end

local function field_item(value, what, line)
    if measure_class.get(value) or dimension_class.get(value) then
        fail(line, format("%s is %s; fields are names in quotes", what, base.kind_of(value)))
    end
    return base.name(value, what, line)
end

local function build_list(word, record)
    return function(name, body, line)
        base.name(name, "the name of a list", line)
        local what = word .. " " .. quoted(name)
        local spec = {
            title = { base.text, default = "" },
            note = { base.text, default = "" },
            fields = { base.list(field_item, 1, 256), required = true },
            measures = { measures },
            where = { filter_list, default = {} },
        }
        if not record then
            spec.of = { base.name, required = true }
        end
        local o = base.options(body, what, line, spec)
        local of = record or o.of
        if names and not names.records[of] then
            fail(o.lines.of or line, format("unknown record type %s", quoted(of)),
                 base.suggest(of, keys_of(names.records)))
        end
        return add_output {
            kind = "list", line = line, node = {
                name = name, title = o.title, note = o.note, line = line, record = of,
                fields = field_nodes(o.fields, of, what, o.lines.fields),
                measures = measure_nodes(o.measures, what), where = base.array(o.where),
            },
        }
    end
end

-- ---------------------------------------------------------------- the feed

local the_feed

local function period_item(value, what, line)
    if type(value) == "string" then
        fail(line, format("%s is a text", what), format("write month \"%s\"", value))
    end
    return base.object(month_class)(value, what, line)
end

local function feed_outputs(items, what, line)
    local tables, lists, seen = base.array {}, base.array {}, {}
    for _, item in ipairs(items) do
        local state = output_class.get(item)
        local node = state.node
        if seen[node.name] then
            fail(node.line, format("the name %s is twice in %s", quoted(node.name), what))
        end
        seen[node.name] = true
        state.used = true
        local into = state.kind == "table" and tables or lists
        into[#into + 1] = node
    end
    if #items == 0 then
        fail(line, format("%s has no table and no list", what),
             "add table \"name\" { ... }, providers \"name\" { ... } or list \"name\" { ... }")
    elseif #items > MAX_OUTPUTS then
        fail(line, format("%s has more than %d tables and lists", what, MAX_OUTPUTS))
    end
    return tables, lists
end

local function build_feed(name, body, line)
    base.name(name, "the name of a feed", line)
    local what = "feed " .. quoted(name)
    if the_feed then
        fail(line, format("a script has one feed; the first is at line %d", the_feed.line))
    end
    local o = base.options(body, what, line, {
        base.object(output_class),
        title = { base.text, required = true },
        agreement = { base.text, required = true },
        period = { period_item },
        where = { filter_list, default = {} },
    })
    if #o.agreement > 64 or not string.find(o.agreement, "^[a-z0-9][a-z0-9_-]*$") then
        fail(o.lines.agreement, format("%s is not the id of an agreement", quoted(o.agreement)),
             "an id is lower-case letters, digits, - and _, at most 64 long")
    end
    local tables, lists = feed_outputs(o, what, line)
    local period = o.period and month_class.get(o.period)
    the_feed = {
        name = name, title = o.title, line = line, agreement = o.agreement,
        agreement_line = o.lines.agreement, period = period and period.text or "",
        period_line = period and period.line or line, where = base.array(o.where),
        tables = tables, lists = lists,
    }
    return the_feed
end

local function finish()
    if not the_feed then
        fail(#outputs > 0 and outputs[1].line or 1, "the script makes no feed",
             "write feed \"name\" { title = ..., agreement = ..., table \"name\" { ... } }")
    end
    for _, state in ipairs(outputs) do
        if not state.used then
            fail(state.line, format("%s %s is not in the feed", state.kind,
                                    quoted(state.node.name)), "put it inside feed { ... }")
        end
    end
    return { format = "cordon-plan/1", feed = the_feed }
end

return {
    names = {
        dim = dim,
        measure = measure,
        month = month,
        feed = base.statement("feed", function(...)
            build_feed(...)
        end),
        table = base.statement("table", build_table),
        providers = base.statement("providers", build_list("providers", "workplace")),
        list = base.statement("list", build_list("list")),
    },
    finish = finish,
}
