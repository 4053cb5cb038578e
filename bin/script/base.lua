-- base.lua - what every kind of chunk shares: names, checks, errors with lines, JSON.
--
-- Trusted code, embedded in cordon-script and run before the user's chunk with the real standard
-- libraries. The user's chunk sees only the table that `environment` makes. Returns the table
-- `base`, which each kind's prelude receives as its only argument and builds on:
--
--   local base = ...
--   ... return { names = { catalogue = f, ... }, finish = function() return value end }
--
-- Rules for preludes: user tables are read raw (base.options and the checkers do); library
-- functions are called as string.find(s, ...), never s:find(...), because the string metatable is
-- the user's; nothing iterates in hash order (base.each is sorted); the user's functions are never
-- called.
--
-- SPDX-License-Identifier: GPL-3.0-or-later
local sys = ...
local base = {}

local format, rawget, rawnext, type = string.format, rawget, next, type

-- ---------------------------------------------------------------- lines and errors

-- The line of the user's chunk that is being executed; 0 when there is none.
base.where = sys.where

-- Ends the process with {"error":...}. Never returns. message: lower case, no full stop.
function base.fail(line, message, hint)
    sys.fail(line or sys.where(), message, hint or "")
end
local fail = base.fail

function base.failf(line, message, ...)
    fail(line, format(message, ...))
end

local source_lines
local function lines_of_source()
    if not source_lines then
        source_lines = {}
        for text in string.gmatch(sys.source .. "\n", "([^\n]*)\n") do
            source_lines[#source_lines + 1] = text
        end
    end
    return source_lines
end

local lines_of_texts -- quoted text -> the lines where it stands, ascending

local function index_texts()
    lines_of_texts = {}
    for number, line in ipairs(lines_of_source()) do
        for _, pattern in ipairs { '"([^"]*)"', "'([^']*)'" } do
            for text in string.gmatch(line, pattern) do
                local places = lines_of_texts[text] or {}
                places[#places + 1] = number
                lines_of_texts[text] = places
            end
        end
    end
end

-- The first line from `line` on where `text` stands as a quoted string; else `line`. Items of a
-- list of strings have no line of their own; this finds it.
function base.line_of_text(text, line)
    if not lines_of_texts then
        index_texts()
    end
    for _, place in ipairs(lines_of_texts[text] or {}) do
        if place >= line then
            return place
        end
    end
    return line
end

-- The first line from `line` on where `key` is followed by "="; else `line`.
function base.line_of_key(key, line)
    if type(key) ~= "string" or not string.find(key, "^[%a_][%w_]*$") then
        return line
    end
    local lines = lines_of_source()
    for i = math.max(line, 1), #lines do
        if string.find(lines[i], "%f[%w_]" .. key .. "%s*=") then
            return i
        end
    end
    return line
end

-- ---------------------------------------------------------------- objects

local kind_of
local states = {} -- object -> its private state
local classes = {} -- object -> its class

local function quoted(text)
    if #text > 60 then
        text = string.sub(text, 1, 57) .. "..."
    end
    return "'" .. text .. "'"
end
base.quoted = quoted

-- What a value is, for messages: "a string", "nothing", "a filter".
function base.kind_of(value)
    local class = classes[value]
    if class then
        return class.article .. " " .. class.kind
    end
    local kind = type(value)
    if kind == "nil" then
        return "nothing"
    elseif kind == "number" then
        return math.type(value) == "integer" and "an integer" or "a number with a fraction"
    elseif kind == "table" then
        return #value > 0 and "a list" or "a table"
    end
    return "a " .. kind
end
kind_of = base.kind_of

-- A class of opaque objects with a locked metatable. kind: the name for messages. methods: name ->
-- function(state, object, ...) called as object:name(...). operators: "__add" -> function(a, b).
-- call: function(state, object, ...) for object(...). Returns { new(state), get(value) -> state or
-- nil }.
function base.class(kind, options)
    options = options or {}
    local class = { kind = kind,
                    article = string.find(kind, "^[aeiou]") and "an" or "a" }
    local methods, names = {}, {}
    for name, method in rawnext, options.methods or {} do
        names[#names + 1] = name
        methods[name] = function(object, ...)
            if classes[object] ~= class then
                fail(nil, format("%s is a method of %s %s; call it with a colon, as in x:%s(...)",
                                 name, class.article, kind, name))
            end
            return method(states[object], object, ...)
        end
    end
    table.sort(names)
    local meta = { __metatable = "locked", __name = kind }
    function meta.__index(_, name)
        local method = methods[name]
        if not method then
            fail(nil, format("%s %s has no method %s", class.article, kind, quoted(
                                 base.tostring(name))), base.suggest(name, names))
        end
        return method
    end
    function meta.__newindex()
        fail(nil, format("%s %s cannot be changed", class.article, kind))
    end
    local function refuse(what)
        return function()
            fail(nil, format("%s %s cannot be %s", class.article, kind, what))
        end
    end
    meta.__len = refuse("measured with #")
    meta.__concat = refuse("joined to a text")
    for _, name in ipairs { "__add", "__sub", "__mul", "__div", "__unm", "__mod", "__idiv",
                            "__pow", "__lt", "__le" } do
        meta[name] = refuse("computed with")
    end
    for _, name in ipairs { "__band", "__bor", "__bxor", "__bnot", "__shl", "__shr" } do
        meta[name] = refuse("combined like that")
    end
    meta.__call = function()
        fail(nil, format("%s %s cannot be called", class.article, kind))
    end
    for name, operator in rawnext, options.operators or {} do
        meta[name] = operator
    end
    if options.call then
        meta.__call = function(object, ...)
            return options.call(states[object], object, ...)
        end
    end
    function class.new(state)
        local object = sys.object(meta)
        states[object] = state
        classes[object] = class
        return object
    end
    function class.get(value)
        if value ~= nil and classes[value] == class then
            return states[value]
        end
        return nil
    end
    return class
end

-- The statement `word "name" { ... }`. build(name, body, line) makes its value; a name that is
-- never followed by its body is an error when the chunk ends.
local pending = {}
local statement_class
function base.statement(word, build)
    return function(name, extra)
        local line = base.where()
        if type(name) ~= "string" or extra ~= nil then
            fail(line, format("%s needs a name in quotes, as in %s \"name\" { ... }, found %s",
                              word, word, kind_of(name)))
        end
        local state = { word = word, name = name, line = line, build = build }
        pending[#pending + 1] = state
        return statement_class.new(state)
    end
end

statement_class = base.class("statement without its { ... }", {
    call = function(state, _, body, extra)
        if state.done then
            fail(nil, format("%s %s already has its { ... }", state.word, quoted(state.name)))
        end
        if type(body) ~= "table" or extra ~= nil then
            fail(state.line, format("%s %s needs { ... } after its name, found %s", state.word,
                                    quoted(state.name), kind_of(body)))
        end
        state.done = true
        return state.build(state.name, body, state.line)
    end,
})

function base.check_statements()
    for _, state in ipairs(pending) do
        if not state.done then
            fail(state.line, format("%s %s has no { ... } after its name", state.word,
                                    quoted(state.name)))
        end
    end
end

-- ---------------------------------------------------------------- suggestions

local function edit_distance(a, b)
    local before, row, spare = {}, {}, {}
    for j = 0, #b do
        row[j] = j
    end
    for i = 1, #a do
        spare, before, row = before, row, spare
        row[0] = i
        for j = 1, #b do
            local same = string.byte(a, i) == string.byte(b, j)
            local best = math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (same and 0 or 1))
            if i > 1 and j > 1 and string.byte(a, i) == string.byte(b, j - 1)
                and string.byte(a, i - 1) == string.byte(b, j) then
                best = math.min(best, spare[j - 2] + 1)
            end
            row[j] = best
        end
    end
    return row[#b]
end

-- The name in the list closest to `word`, or nil: at most a third of its length in edits, at least
-- one, swapped neighbours count one; ties to the first. Case is ignored.
function base.closest(word, names)
    if type(word) ~= "string" or #word > 64 then
        return nil
    end
    local lower = string.lower(word)
    local best, best_distance = nil, math.max(1, #word // 3) + 1
    for _, name in ipairs(names) do
        if math.abs(#name - #word) < best_distance then
            local distance = edit_distance(lower, string.lower(name))
            if distance < best_distance then
                best, best_distance = name, distance
            end
        end
    end
    return best
end

-- A hint: "did you mean 'x'?", or the names when they are few, or "".
function base.suggest(word, names)
    local name = base.closest(word, names)
    if name then
        return "did you mean " .. quoted(name) .. "?"
    end
    if #names > 0 and #names <= 16 then
        return "choose from " .. table.concat(names, ", ")
    end
    return ""
end

-- ---------------------------------------------------------------- sorted iteration

-- Keys of a table: numbers ascending, then strings bytewise. Other keys are refused.
local function sorted_keys(t)
    local numbers, strings = {}, {}
    for key in rawnext, t do
        local kind = type(key)
        if kind == "number" then
            numbers[#numbers + 1] = key
        elseif kind == "string" then
            strings[#strings + 1] = key
        else
            fail(nil, format("a table with %s as a key has no order", kind_of(key)))
        end
    end
    table.sort(numbers)
    table.sort(strings)
    return table.move(strings, 1, #strings, #numbers + 1, numbers)
end
base.sorted_keys = sorted_keys

function base.each(t)
    local keys, i = sorted_keys(t), 0
    return function()
        i = i + 1
        local key = keys[i]
        if key ~= nil then
            return key, rawget(t, key)
        end
    end
end

-- ---------------------------------------------------------------- checkers
-- A checker is function(value, what, line) -> value to keep; it fails on anything else. `what`
-- names the option, as in "title of table 'turnover'".

local function expected(what, line, wanted, value)
    fail(line, format("%s must be %s, found %s", what, wanted, kind_of(value)))
end

-- One line of text, at most 2048 bytes, not empty.
function base.text(value, what, line)
    if type(value) ~= "string" then
        expected(what, line, "a text", value)
    elseif #value > 2048 then
        fail(line, format("%s is longer than 2048 bytes", what))
    elseif value == "" then
        fail(line, format("%s is empty", what))
    elseif not utf8.len(value) or string.find(value, "%c") then
        fail(line, format("%s holds a line break or another control character, or is not UTF-8", what))
    end
    return value
end

-- A name: [a-z][a-z0-9_]*, at most 64 bytes.
function base.name(value, what, line)
    if type(value) ~= "string" then
        expected(what, line, "a name", value)
    elseif #value > 64 or not string.find(value, "^[a-z][a-z0-9_]*$") then
        fail(line, format("%s: %s is not a name", what, quoted(value)),
             "a name is lower-case letters, digits and _, starts with a letter, at most 64 long")
    end
    return value
end

function base.boolean(value, what, line)
    if type(value) ~= "boolean" then
        expected(what, line, "true or false", value)
    end
    return value
end

function base.integer(minimum, maximum)
    return function(value, what, line)
        if math.type(value) ~= "integer" then
            expected(what, line, "an integer", value)
        elseif value < minimum or value > maximum then
            fail(line, format("%s must be between %d and %d", what, minimum, maximum))
        end
        return value
    end
end

-- One of a list of words.
function base.one_of(words)
    return function(value, what, line)
        if type(value) ~= "string" then
            expected(what, line, "one of " .. table.concat(words, ", "), value)
        end
        for _, word in ipairs(words) do
            if word == value then
                return value
            end
        end
        fail(line, format("%s: unknown value %s", what, quoted(value)),
             base.suggest(value, words))
    end
end

-- An object of a class (or of one of several); the object itself is kept.
function base.object(class, ...)
    local wanted = { class, ... }
    return function(value, what, line)
        for _, one in ipairs(wanted) do
            if one.get(value) then
                return value
            end
        end
        expected(what, line, wanted[1].article .. " " .. wanted[1].kind, value)
    end
end

-- A list of what `check` accepts, in order, as a new table. minimum defaults to 0. The checker gets
-- the line of the string in the source when the item is a string.
function base.list(check, minimum, maximum)
    return function(value, what, line)
        if type(value) ~= "table" then
            expected(what, line, "a list { ... }", value)
        end
        local count = 0
        for key in rawnext, value do
            if math.type(key) ~= "integer" then
                fail(base.line_of_key(key, line),
                     format("%s must be a list, found the key %s in it", what,
                            quoted(base.tostring(key))))
            end
            count = count + 1
        end
        if count < (minimum or 0) then
            fail(line, format("%s is empty", what))
        elseif count > (maximum or 10000) then
            fail(line, format("%s has more than %d items", what, maximum or 10000))
        end
        local out = {}
        for i = 1, count do
            local item = rawget(value, i)
            if item == nil then
                fail(line, format("%s: item %d is nothing", what, i),
                     "a variable that was not set?")
            end
            local at = type(item) == "string" and base.line_of_text(item, line) or line
            out[i] = check(item, format("item %d of %s", i, what), at)
        end
        return out
    end
end

-- A value or a list of them; always gives a list.
function base.one_or_list(check, maximum)
    local list = base.list(check, 1, maximum)
    return function(value, what, line)
        if type(value) == "table" then
            return list(value, what, line)
        end
        local at = type(value) == "string" and base.line_of_text(value, line) or line
        return { check(value, what, at) }
    end
end

-- Reads the body of a statement strictly. spec: option -> { checker, required = true, default = v },
-- and spec[1] = checker of the items without a key (absent: none are allowed). what: "table
-- 'turnover'". Returns a new table: options by name, items as its list, and `lines`, the line of
-- each option that was given.
function base.options(body, what, line, spec)
    if type(body) ~= "table" then
        expected(what, line, "a table { ... }", body)
    end
    local names = {}
    for name in base.each(spec) do
        if type(name) == "string" then
            names[#names + 1] = name
        end
    end
    local out, lines, count = {}, {}, 0
    for key, value in base.each(body) do
        if math.type(key) == "integer" then
            count = count + 1
            if key ~= count then
                fail(line, format("item %d of %s is nothing", count, what),
                     "a variable that was not set?")
            elseif not spec[1] then
                fail(line, format("%s has %s without a name in it", what, kind_of(value)),
                     "write option = value")
            end
            out[count] = spec[1](value, format("item %d of %s", count, what), line)
        else
            local entry = spec[key]
            local at = base.line_of_key(key, line)
            if type(key) ~= "string" or not entry then
                fail(at, format("%s has no option %s", what, quoted(base.tostring(key))),
                     base.suggest(key, names))
            end
            lines[key] = at
            out[key] = entry[1](value, format("%s of %s", key, what), at)
        end
    end
    for _, name in ipairs(names) do
        if out[name] == nil then
            if spec[name].required then
                fail(line, format("%s has no %s", what, name), format("add %s = ...", name))
            end
            out[name] = spec[name].default
        end
    end
    out.lines = lines
    return out
end

-- ---------------------------------------------------------------- JSON

local is_array = {}

-- Marks a table as a JSON array; all others are objects.
function base.array(t)
    is_array[t] = true
    return t
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n",
                  ["\r"] = "\\r", ["\t"] = "\\t" }

local function encode_text(text)
    if not utf8.len(text) or string.find(text, "\0", 1, true) then
        fail(0, "a text is not UTF-8 or holds a NUL byte")
    end
    return '"' .. string.gsub(text, '[%c"\\]', function(c)
        return escapes[c] or (c ~= "\127" and format("\\u%04x", string.byte(c))) or nil
    end) .. '"'
end

local function encode(value, out, depth)
    local kind = type(value)
    if depth > 30 then
        fail(0, "the result is nested deeper than 30 levels")
    elseif kind == "string" then
        out[#out + 1] = encode_text(value)
    elseif kind == "boolean" then
        out[#out + 1] = value and "true" or "false"
    elseif math.type(value) == "integer" then
        out[#out + 1] = format("%d", value)
    elseif kind == "table" and is_array[value] then
        out[#out + 1] = "["
        for i = 1, #value do
            out[#out + 1] = i > 1 and "," or nil
            encode(value[i], out, depth + 1)
        end
        out[#out + 1] = "]"
    elseif kind == "table" then
        local first = true
        out[#out + 1] = "{"
        for key, member in base.each(value) do
            if type(key) ~= "string" then
                error("a table with the key " .. tostring(key) .. " was not marked as an array")
            end
            out[#out + 1] = (first and "" or ",") .. encode_text(key) .. ":"
            encode(member, out, depth + 1)
            first = false
        end
        out[#out + 1] = "}"
    else
        error("a " .. kind .. " cannot be in the result")
    end
end

-- Canonical JSON: keys sorted bytewise, no blanks, integers only.
function base.encode(value)
    local out = {}
    encode(value, out, 0)
    return table.concat(out)
end

-- Reads JSON text that the parent process made (trusted, canonical). Arrays are lists.
function base.decode(text)
    local at = 1
    local unescape = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
    local value
    local function text_value()
        local close = string.find(text, '"', at + 1, true)
        while string.find(string.sub(text, at, close - 1), "\\+$") do
            local slashes = string.match(string.sub(text, at, close - 1), "\\+$")
            if #slashes % 2 == 0 then
                break
            end
            close = string.find(text, '"', close + 1, true)
        end
        local raw = string.sub(text, at + 1, close - 1)
        at = close + 1
        if not string.find(raw, "\\", 1, true) then
            return raw
        end
        return (string.gsub(raw, "\\(u?)(.)(%x?%x?%x?)", function(u, c, rest)
            if u == "u" then
                return utf8.char(tonumber(c .. rest, 16))
            end
            return (unescape[c] or c) .. rest
        end))
    end
    local function members(close, read)
        local out = {}
        at = at + 1
        while string.sub(text, at, at) ~= close do
            read(out)
            if string.sub(text, at, at) == "," then
                at = at + 1
            end
        end
        at = at + 1
        return out
    end
    function value()
        local c = string.sub(text, at, at)
        if c == '"' then
            return text_value()
        elseif c == "{" then
            return members("}", function(out)
                local key = text_value()
                at = at + 1
                out[key] = value()
            end)
        elseif c == "[" then
            return members("]", function(out)
                out[#out + 1] = value()
            end)
        end
        local word = string.match(text, "^[%w%-]+", at)
        at = at + #word
        if word == "null" then
            return nil
        elseif word == "true" or word == "false" then
            return word == "true"
        end
        return math.tointeger(tonumber(word))
    end
    return value()
end

-- ---------------------------------------------------------------- values and names

-- Text of a value without addresses.
function base.tostring(value)
    local kind = type(value)
    if kind == "string" then
        return value
    elseif kind == "nil" or kind == "boolean" or kind == "number" then
        return tostring(value)
    elseif classes[value] then
        return classes[value].kind
    end
    return kind
end

-- A kind's prelude may set this: name -> hint for an unknown global, or nil.
function base.hint_global()
    return nil
end

-- Names to use when they are known; nil when the parent gave none.
base.names = sys.side ~= "" and base.decode(sys.side) or nil

return base
