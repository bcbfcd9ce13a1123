-- Passports: from a number to the entry that says where it comes from. It runs before natpatsip.lua, under Quarto (at
-- pre-ast) and under Pandoc, and leaves links and tables that natpatsip.lua then treats as any other.
--
-- A reference never touches a digit. On pages the number itself is the link; on paper a paragraph, an item of a list,
-- a tile or a table's caption ends with the entries of its numbers, in order and joined: "677 women were treated. [a12–a14, a20]".

local function is_html() return FORMAT:match('html') ~= nil end
local function is_typst() return FORMAT:match('typst') ~= nil end

local LIST = 'sources.qmd' -- the chapter of the entries
local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

local function raw(text) return pandoc.RawBlock('typst', text) end

local function place_of(span)
  return 'fact-' .. span.attributes.key .. '-' .. span.attributes.period
end

local function has_entry(span)
  return span.classes:includes('fact') and span.attributes.entry ~= nil
end

-- Pages -----------------------------------------------------------------------------------------------------------------

-- Its second sentence is about a switch that only scripts can turn.
local HINT = 'Select a number to see its source. <span class="scripted">To underline all numbers and reach them with the '
  .. 'keyboard: <button type="button" role="switch" aria-checked="false">Show sources</button></span>'

local has_numbers = false

local function link_of(span)
  if not has_entry(span) then return nil end
  has_numbers = true
  -- A number is held together. Words that say it may be on two lines, as any others.
  if not pandoc.utils.stringify(span):match('%d') then span.classes:insert('in-words') end
  return pandoc.Link(span.content, LIST .. '#' .. place_of(span), '', span.attr)
end

-- The hint is below the chapter's title, before the first number that it is about.
local function with_hint(blocks)
  blocks:insert(2, pandoc.RawBlock('html', '<p class="passport-hint">' .. HINT .. '</p>'))
  return blocks
end

-- The list names the files beside the report, which a page can open.
local FILES = { ['facts.csv'] = true, ['manifest.json'] = true }

local function linked_files(doc)
  for i, block in ipairs(doc.blocks) do
    if block.t == 'Para' then
      doc.blocks[i] = block:walk({ Code = function(code)
        if FILES[code.text] then return pandoc.Link({ code }, '../' .. code.text) end
      end })
    end
  end
  return doc
end

-- Paper -----------------------------------------------------------------------------------------------------------------

-- The entries of the numbers in an element, in reading order.
local function entries_in(element)
  local found = pandoc.List({})
  element:walk({ traverse = 'topdown', Span = function(span)
    if has_entry(span) then found:insert({ entry = span.attributes.entry, place = place_of(span) }) end
  end })
  return found
end

local function number_of(each) return tonumber(each.entry:match('%d+')) end

-- References in the order of the list, each once: runs of them are one, which leads to its first.
local function joined(entries)
  entries:sort(function(one, other) return number_of(one) < number_of(other) end)
  local out, last = pandoc.List({}), nil
  for _, each in ipairs(entries) do
    local number = number_of(each)
    if last and number <= last + 1 then
      local run = out[#out]
      if number > last then run.words = run.first .. '–' .. each.entry end
    else
      out:insert({ first = each.entry, words = each.entry, place = each.place })
    end
    last = number
  end
  return out
end

local function typst_marks(entries)
  local parts = entries:map(function(each)
    return '(' .. typst_string(each.words) .. ', ' .. typst_string(each.place) .. ')'
  end)
  return pandoc.Inlines({ pandoc.RawInline('typst', '#np-marks(' .. table.concat(parts, ', ') .. ')') })
end

-- A few stay on one line, as in the PDF.
local FEW = 26 -- letters
local NO_BREAK, JOINED_DASH = '\u{a0}', '–\u{2060}' -- a line may end after a dash, unless a word joiner follows

local function word_marks(entries)
  local is_few = #table.concat(entries:map(function(each) return each.words end), ', ') <= FEW
  local function styled(inlines) return pandoc.Span(inlines, pandoc.Attr('', {}, { ['custom-style'] = 'Source Mark' })) end
  local out = pandoc.Inlines({ styled('[') })
  for i, each in ipairs(entries) do
    if i > 1 then out:insert(styled(is_few and ',' .. NO_BREAK or ', ')) end
    local words = is_few and each.words:gsub('–', JOINED_DASH) or each.words
    out:insert(pandoc.Link({ styled(words) }, '#' .. each.place))
  end
  out:insert(styled(']'))
  return out
end

local function with_marks(inlines, entries)
  entries = joined(entries)
  inlines:insert(pandoc.Str(NO_BREAK)) -- a reference has no line of its own
  inlines:extend(is_typst() and typst_marks(entries) or word_marks(entries))
  return inlines
end

-- A number in a heading is referred to behind the paragraph that follows.
local waiting = pandoc.List({})

local function marked(block)
  local entries = waiting
  waiting = pandoc.List({})
  entries:extend(entries_in(block))
  if #entries == 0 then return nil, false end
  block.content = with_marks(block.content, entries)
  return block, false
end

-- The list of all numbers -------------------------------------------------------------------------------------------------

-- Of an entry: its label, the number in full, its period and kind, what is said of it, "Audit trail", and that.
local function parts_of(entry)
  local label, value, about, list, heading, trail = table.unpack(entry.content)
  return label.content, value.content, about.content, list, heading.content, trail
end

-- On paper an entry is a line or two: its source, and of a number that is made from others how, and from which. Pages
-- and facts.csv have the rest.
local entry_at = {} -- the entries by their places

local function source_of(list)
  local said = {}
  for _, each in ipairs(list.content) do said[pandoc.utils.stringify(each[1])] = each[2][1][1].content end
  local source, made_from = said.Source, said['Made from']
  if not made_from then return source end
  if said.Formula then
    source:extend({ pandoc.Str('.'), pandoc.Space() })
    source:extend(said.Formula)
  end
  local entries = pandoc.List({})
  made_from:walk({ Link = function(link)
    local place = link.target:sub(2)
    entries:insert({ entry = entry_at[place], place = place })
  end })
  return with_marks(source, entries)
end

local function remember_entries(doc)
  doc:walk({ Div = function(div)
    if div.classes:includes('passport') then entry_at[div.identifier] = div.attributes.entry end
  end })
end

local function typst_passports(div)
  local out = pandoc.Blocks({ raw('#np-passports(') })
  for _, entry in ipairs(div.content) do
    local label, value, about, list = parts_of(entry)
    out:insert(raw('np-passport(' .. typst_string(entry.identifier) .. ', ' .. typst_string(entry.attributes.entry) .. ', ['))
    for _, inlines in ipairs({ label, value, about }) do
      out:insert(pandoc.Plain(inlines))
      out:insert(raw('], ['))
    end
    out:insert(pandoc.Plain(source_of(list)))
    out:insert(raw(']),'))
  end
  out:insert(raw(')'))
  return out
end

local function cell(blocks) return pandoc.Cell(blocks) end

local function plain(inlines) return cell({ pandoc.Plain(inlines) }) end

local function row_of(entry)
  local label, value, about, list, heading, trail = parts_of(entry)
  if is_html() then
    local details = pandoc.Blocks({
      list, pandoc.RawBlock('html', '<details class="audit-trail"><summary>' .. pandoc.utils.stringify(heading) .. '</summary>'),
      trail, pandoc.RawBlock('html', '</details>') })
    return pandoc.Row({ plain(entry.attributes.entry),
      cell({ pandoc.Para({ pandoc.Strong(label) }), pandoc.Para(value), pandoc.Para(about) }), cell(details) },
      pandoc.Attr(entry.identifier))
  end
  local mark = pandoc.Span(entry.attributes.entry, pandoc.Attr(entry.identifier))
  local what = cell({ pandoc.Plain(label), pandoc.Plain(about) })
  return pandoc.Row({ plain({ mark }), what, plain({ pandoc.Strong(value) }), plain(source_of(list)) })
end

local function passports(div)
  if not div.classes:includes('passports') then return nil end
  if is_typst() then return typst_passports(div) end
  local names = is_html() and { 'Entry', 'Number', 'Where it comes from' } or { 'Entry', 'What it is', 'Number', 'Source' }
  local widths = is_html() and { nil, nil, nil } or { 0.08, 0.41, 0.17, 0.34 }
  local head = pandoc.TableHead({ pandoc.Row(pandoc.List(names):map(plain)) })
  local rows = pandoc.List(div.content):map(row_of)
  local body = { attr = pandoc.Attr(), body = rows, head = {}, row_head_columns = 0 }
  local specs = pandoc.List({})
  for c in ipairs(names) do specs[c] = { 'AlignLeft', widths[c] } end
  return pandoc.Table(pandoc.Caption(), specs, head, { body }, pandoc.TableFoot(), pandoc.Attr('', { 'passports' }))
end

local MARKED = {
  traverse = 'topdown',
  Para = marked,
  Plain = marked,
  Header = function(header)
    waiting:extend(entries_in(header))
    return nil, false
  end,
  Table = function(tbl)
    local entries, caption = entries_in(tbl), tbl.caption
    if #entries == 0 then return nil, false end
    if #caption.long == 0 then caption.long = { pandoc.Plain({}) } end
    caption.long[#caption.long].content = with_marks(caption.long[#caption.long].content, entries)
    return tbl, false
  end,
  Div = function(div)
    if div.classes:includes('passports') then return passports(div), false end
    if not div.classes:includes('tiles') then return nil end
    for _, tile in ipairs(div.content) do
      local entries = entries_in(tile)
      if #entries > 0 then tile.content[2].content = with_marks(tile.content[2].content, entries) end -- its label
    end
    return div, false
  end,
}

function Pandoc(doc)
  if not is_html() then
    remember_entries(doc)
    return doc:walk(MARKED)
  end
  local lists = false
  for _, block in ipairs(doc.blocks) do lists = lists or block.t == 'Div' and block.classes:includes('passports') end
  if lists then doc = linked_files(doc) end
  doc = doc:walk({ Span = link_of, Div = passports })
  if has_numbers then doc.blocks = with_hint(doc.blocks) end
  return doc
end
