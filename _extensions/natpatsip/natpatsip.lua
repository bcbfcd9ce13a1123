-- The constructs of docs/chapters.md, for pages, Typst and Word: the same filter under Quarto (at pre-ast) and under Pandoc.
--
-- Quarto must not see the constructs first: it takes a div with a fig- id for a float of its own and numbers it again, and
-- gives callouts and tables a look of its own.

local utils = pandoc.utils
local stringify = utils.stringify
local EXTENSION = '_extensions/natpatsip/'

local function is_html() return FORMAT:match('html') ~= nil end
local function is_typst() return FORMAT:match('typst') ~= nil end
local function is_word() return FORMAT:match('docx') ~= nil end

-- Text ----------------------------------------------------------------------------------------------------------------

local function html(text)
  return (text:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'):gsub('"', '&quot;'))
end

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

local function xml(text)
  return (text:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'))
end

-- Attributes are plain text: their quotation marks are turned as the markdown reader turns those of paragraphs.
local function turned(text)
  text = text:gsub('^"', '“'):gsub('([%s%(])"', '%1“'):gsub('"', '”')
  return (text:gsub("^'", '‘'):gsub("([%s%(])'", '%1‘'):gsub("'", '’'))
end

local function words(text)
  return pandoc.Inlines(turned(text))
end

local function markup(blocks, format)
  return (pandoc.write(pandoc.Pandoc(blocks), format):gsub('%s+$', ''))
end

-- Content that stands within other markup of Typst is put aside, with a mark in its place, and written at the end, all at
-- once: a run of the writer takes a millisecond, whatever it writes. Marks are of control characters, which no text has.
local MARK, MARKS, PARTED = '\1%d\2', '\1(%d+)\2', '\3'
local aside = pandoc.List({})

local function content(blocks)
  aside:insert(blocks)
  return '[' .. MARK:format(#aside) .. ']'
end

local function with_contents(doc)
  if #aside == 0 then return doc end
  local blocks, texts = pandoc.Blocks({}), {}
  for _, each in ipairs(aside) do
    blocks:extend(each)
    blocks:insert(pandoc.RawBlock('typst', PARTED))
  end
  for text in pandoc.write(pandoc.Pandoc(blocks), 'typst'):gmatch('([^' .. PARTED .. ']*)' .. PARTED) do
    table.insert(texts, (text:gsub('^\n+', ''):gsub('%s+$', '')))
  end
  local function filled(text) return (text:gsub(MARKS, function(n) return filled(texts[tonumber(n)]) end)) end
  local function fill(element)
    if not element.text:find(MARKS) then return nil end
    element.text = filled(element.text)
    return element
  end
  return doc:walk({ RawBlock = fill, RawInline = fill })
end

local function plain(text) return typst_string(turned(text)) end

local function read(path)
  local file = io.open(path, 'rb')
  if not file then error('natpatsip: ' .. path .. ' does not exist; stage the chapters again (natpatsip build).') end
  local text = file:read('a')
  file:close()
  return text
end

local function raw(format, text) return pandoc.RawBlock(format, text) end

-- The id is a span's: Quarto takes every div with a fig- id for a figure of its own and numbers it again.
local function styled(style, inlines, id)
  if id then inlines = pandoc.Inlines({ pandoc.Span(inlines, pandoc.Attr(id)) }) end
  return pandoc.Div({ pandoc.Para(inlines) }, pandoc.Attr('', {}, { ['custom-style'] = style }))
end

-- Word fields -----------------------------------------------------------------------------------------------------------

local function run(text, style)
  local look = style and '<w:rPr><w:rStyle w:val="' .. style .. '"/></w:rPr>' or ''
  return '<w:r>' .. look .. '<w:t xml:space="preserve">' .. xml(text) .. '</w:t></w:r>'
end

local function field(instruction, shown, style)
  local function mark(kind) return '<w:r><w:fldChar w:fldCharType="' .. kind .. '"/></w:r>' end
  return pandoc.RawInline('openxml', mark('begin')
    .. '<w:r><w:instrText xml:space="preserve"> ' .. instruction .. ' </w:instrText></w:r>'
    .. mark('separate') .. run(shown, style) .. mark('end'))
end

-- The bookmark that pandoc makes of an id.
local function bookmark(id)
  if #id <= 40 and id:match('^%a') then return id end
  return 'X' .. pandoc.sha1(id):sub(2)
end

-- Links -----------------------------------------------------------------------------------------------------------------

local NO_BREAK = '\u{a0}'

-- In Word the number of "Figure 5" is a field, which follows when figures are added or moved. The word is outside it:
-- LibreOffice breaks a field's text at any space. The caption's bookmark holds the number alone.
local function numbered(link)
  local id = link.target:match('^#(fig%-.+)$')
  local number = id and stringify(link):match('^Figure%s(%d+)$')
  if not number then return nil end
  local name = bookmark(id)
  return pandoc.RawInline('openxml', '<w:hyperlink w:anchor="' .. name .. '">' .. run('Figure' .. NO_BREAK, 'Hyperlink')
    .. field('REF ' .. name .. ' \\h', number, 'Hyperlink').text .. '</w:hyperlink>')
end

-- A link goes to another page in HTML; in the PDF and in Word the chapters are one document, and each begins with the
-- heading that has its file's name as id.
local names_figures = false -- whether any link leads to a figure

local function resolve(link)
  local stem, fragment = link.target:match('^([%w%-_]+)%.qmd#?(.*)$')
  if not stem then
    names_figures = names_figures or link.target:match('^#fig%-') ~= nil
    return is_word() and numbered(link) or nil
  end
  if is_html() then
    link.target = stem .. '.html' .. (fragment ~= '' and '#' .. fragment or '')
  else
    link.target = '#' .. (fragment ~= '' and fragment or stem)
  end
  names_figures = names_figures or link.target:match('^#fig%-') ~= nil
  return is_word() and numbered(link) or link
end

-- What was added and removed between two reports, on pages alone.
local drawing -- see below
local REVISIONS = { added = 'ins', removed = 'del' }

-- A fact keeps its key in pages; a page-of mark is a page number in Word (pages have no column of them).
local function span_of(span)
  if span.classes:includes('np-cell') then -- where a cell begins, for comments on the pages of drafts
    return not is_html() and {} or nil
  end
  local revision = is_html() and REVISIONS[span.classes[1]]
  if revision then
    local marked = pandoc.Inlines({ pandoc.RawInline('html', '<' .. revision .. '>') })
    marked:extend(span.content)
    marked:insert(pandoc.RawInline('html', '</' .. revision .. '>'))
    return marked
  end
  if span.classes:includes('drawing') then return drawing(span) end
  if span.classes:includes('fact') and not is_html() then return span.content end
  if span.classes:includes('page-of') and is_word() then
    return field('PAGEREF ' .. bookmark(span.attributes.target), 'go to') -- the figure's number before it is the link
  end
  return nil
end

-- A line break typed as HTML is one in every format; a comment is in none.
local function line_break(inline)
  if not inline.format:match('html') then return nil end
  if inline.text:match('^<[bB][rR]%s*/?>$') then return pandoc.LineBreak() end
  if inline.text:match('^<!%-%-') then return {} end
  return nil
end

-- What is read as one word is never broken across lines: "Figure 5", "phases 4 to 6", "26 September 2024". On pages it is held
-- together before they come here (natpatsip.pipeline.render.unbroken): this is for the PDF and for Word.
local MONTHS = { 'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December' }
local IS_MONTH = {}
for _, name in ipairs(MONTHS) do IS_MONTH[name] = true end

-- A short word with hyphens, with what stands before and after it; nothing of any other text.
local LONGEST = 12 -- letters of one that is held together
local function compound(text)
  local before, word, after = text:match('^([^%w]*)(%w[%w%-]*%-[%w%-]*%w)([^%w]*)$')
  if word and #word <= LONGEST and not word:match('%-%-') then return before, word, after end
end

local function with_compounds(escaped) -- text of a page that is no inlines, escaped
  return (escaped:gsub('%S+', function(text) return compound(text) and '<span class="unbroken">' .. text .. '</span>' end))
end

local NUMBERED = { '[Ff]igures?$', '[Tt]ables?$', '[Pp]hases?$', '[Vv]ersion$', '[Gg]rades?$', '[Ss]tages?$', '[Pp]arts?$' }
local UNITS = { '^%%', '^[mk]?g%f[%A]', '^m?l%f[%A]', '^[cmk]?m%f[%A]', '^hours?%f[%A]', '^minutes?%f[%A]', '^weeks?%f[%A]' }

local function matches_any(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:match(pattern) then return true end
  end
  return false
end

local function belongs(before, after)
  if before == '' then return after == '%' end -- the unit of what is before it: "Seen in time, %"
  if after:match('^[mb]illion%f[%A]') then return before:match('^%d+$') ~= nil end
  if IS_MONTH[before] then return after:match('^%d%d%d%d%f[%D]') ~= nil end
  if before:match('^%d%d?$') and IS_MONTH[after:match('^%a+') or ''] then return true end
  if before:match('^%d+$') then return matches_any(after, UNITS) end
  if before:match('Q[1-4]$') then return after:match('^%d%d%d%d/%d%d') ~= nil end
  return after:match('^%d') ~= nil and matches_any(before, NUMBERED)
end

local BETWEEN = { to = true, ['and'] = true, ['or'] = true }

local function is_space(inline) return inline ~= nil and (inline.t == 'Space' or inline.t == 'SoftBreak') end

-- Tiles are too narrow for longer words.
local function as_it_is(div) if div.classes:includes('tiles') then return div, false end end

local function text_of(inline) return inline.t == 'Str' and inline.text or stringify(inline) end

-- Whether the space is the first of "phases 4 to 6".
local function begins_range(inlines, i)
  return inlines[i + 5] and is_space(inlines[i + 2]) and is_space(inlines[i + 4])
    and matches_any(text_of(inlines[i - 1]):match('%w*$'), NUMBERED) and text_of(inlines[i + 1]):match('^%d+$')
    and BETWEEN[text_of(inlines[i + 3])] and text_of(inlines[i + 5]):match('^%d')
end

local function unbroken(inlines)
  for i = 2, #inlines - 1 do
    if is_space(inlines[i]) then
      if begins_range(inlines, i) then
        inlines[i + 2], inlines[i + 4] = pandoc.Str(NO_BREAK), pandoc.Str(NO_BREAK)
      end
      if belongs(text_of(inlines[i - 1]):match('%w*$'), text_of(inlines[i + 1]):match('^%S*')) then
        inlines[i] = pandoc.Str(NO_BREAK)
      end
    end
  end
  if not is_typst() then return inlines end
  local held = pandoc.Inlines({})
  for _, inline in ipairs(inlines) do
    local before, word, after = compound(inline.t == 'Str' and inline.text or '')
    if word then
      held:extend({ pandoc.Str(before), pandoc.RawInline('typst', '#box[' .. word .. '];'), pandoc.Str(after) })
    else
      held:insert(inline)
    end
  end
  return held
end

-- On paper a link to a figure on another page says on which, after a comma if it is in brackets already.
local function with_pages(inlines)
  inlines = unbroken(inlines)
  for i, inline in ipairs(inlines) do
    local id = inline.t == 'Link' and inline.target:match('^#(fig%-.+)$')
    if id and not stringify(inline):match('^%d+$') then
      local depth = 0
      for before = 1, i - 1 do
        local text = stringify(inlines[before])
        depth = depth + select(2, text:gsub('%(', '')) - select(2, text:gsub('%)', ''))
      end
      inlines[i] = pandoc.RawInline('typst', '#np-see(' .. typst_string(id) .. (depth > 0 and ', inside: true' or '') .. ')'
        .. content({ pandoc.Plain(unbroken(inline.content)) }))
    end
  end
  return inlines
end

-- A pasted image has its text as an alternative, which pandoc's writer of Typst leaves out, and is no wider than the page.
local function pasted(image)
  if not (is_typst() and image.src:match('^figures/pasted%-')) then return nil end
  return pandoc.RawInline('typst', '#box(image(' .. typst_string(image.src) .. ', alt: '
    .. typst_string(stringify(image.caption)) .. '))')
end

-- Pandoc takes a paragraph of nothing but an image for a figure, and its alternative text for the caption.
local function without_caption(figure) return figure.content end

-- A PDF that is read aloud needs words for a formula: what its author typed.
local function formula(math)
  if not is_typst() then return nil end
  local source = markup({ pandoc.Plain({ math }) }, 'typst')
  return pandoc.RawInline('typst', '#math.equation(block: ' .. tostring(math.mathtype == 'DisplayMath') .. ', alt: '
    .. typst_string(math.text) .. ', ' .. source .. ')')
end

-- A heading or a figure's number is a link to itself, so that readers can share the place.
local function self_link(id, text)
  return '<a class="self" href="#' .. html(id) .. '">' .. html(text) .. '</a>'
end

local function linked_heading(header)
  local has_links = false
  header.content:walk({ Link = function() has_links = true end })
  if header.identifier == '' or has_links then return nil end
  header.content = pandoc.Inlines({ pandoc.Link(header.content, '#' .. header.identifier, '', pandoc.Attr('', { 'self' })) })
  return header
end

-- SVG in the page ---------------------------------------------------------------------------------------------------------

-- Ids are made the figure's own, since several drawings share a page; the size is left to the style sheet.
local function inline_svg(path, id)
  local svg = read(path):gsub('<%?xml.-%?>', ''):gsub('<!DOCTYPE.->', ''):gsub('<!%-%-.-%-%->', '')
  svg = svg:gsub('(%s)id="', '%1id="' .. id .. '-'):gsub('url%(#', 'url(#' .. id .. '-')
  svg = svg:gsub('href="#', 'href="#' .. id .. '-')
  local opening = svg:match('<svg[^>]*>')
  if not opening then error('natpatsip: ' .. path .. ' is not an SVG drawing.') end
  local width, height = opening:match('%swidth="([%d%.]+)[^"]*"'), opening:match('%sheight="([%d%.]+)[^"]*"')
  local changed = opening:gsub('%swidth="[^"]*"', ''):gsub('%sheight="[^"]*"', '')
  if not changed:match('viewBox') and width and height then
    changed = changed:gsub('>$', ' viewBox="0 0 ' .. width .. ' ' .. height .. '">')
  end
  changed = changed:gsub('>$', ' aria-hidden="true" focusable="false">')
  return changed .. svg:sub(select(2, svg:find(opening, 1, true)) + 1)
end

-- A small drawing in a line of text: one that says more than its words has its alternative text, an icon has none of its own.
local LETTERS = { line = FORMAT:match('html') and 18 or 13, icon = FORMAT:match('html') and 3 or FORMAT:match('docx') and 6 or 4 } -- as wide as so many letters
local drawings = 0

function drawing(span)
  local a = span.attributes
  local out = pandoc.Inlines({})
  if is_html() then
    drawings = drawings + 1
    local role = a.alt ~= '' and 'role="img" aria-label="' .. html(turned(a.alt)) .. '"' or 'aria-hidden="true"'
    out:insert(pandoc.RawInline('html', '<span class="drawing ' .. a.kind .. '" ' .. role .. '>'
      .. inline_svg(a.svg, 'drawing-' .. drawings) .. '</span>'))
  elseif is_typst() then
    out:insert(pandoc.RawInline('typst', '#np-drawing("' .. a.kind .. '", ' .. typst_string(a.svg) .. ', '
      .. typst_string(a.alt) .. ')'))
  else
    local alt = a.alt ~= '' and a.alt or 'icon' -- which repeats the words beside it
    local width = a.kind == 'line' and '2.2cm' or '0.38cm' -- hardly higher than its line
    out:insert(pandoc.Image(pandoc.Inlines({ pandoc.Str(alt) }), a.png, '', pandoc.Attr('', {}, { width = width })))
  end
  if #span.content > 0 then out:insert(pandoc.Space()) end
  out:extend(span.content)
  return out
end

-- What a cell or a line of it says, without its drawings, and how many letters' room they need.
local function letters_of(content, has_drawings)
  local more = 0
  if has_drawings then
    content = content:walk({
      RawInline = function(inline)
        local kind = inline.text:match('^#np%-drawing%("(%a+)"') or inline.text:match('^<span class="drawing (%a+)"')
        if kind then more = more + LETTERS[kind] end
      end,
      Image = function(image)
        more = more + (image.attributes.width == '2.2cm' and LETTERS.line or LETTERS.icon)
        return {} -- its alternative text is not printed
      end,
    })
  end
  return stringify(content), more
end

-- Data tables under figures -------------------------------------------------------------------------------------------------

local function csv_rows(text)
  local rows, row, cell, quoted, i = {}, {}, {}, false, 1
  -- An apostrophe keeps spreadsheets from reading a formula (natpatsip.files.csv_files); it is not part of the text.
  local function close_cell() table.insert(row, (table.concat(cell):gsub("^'('*[=+%-@\t\r\n])", '%1'))); cell = {} end
  local function close_row() close_cell(); table.insert(rows, row); row = {} end
  while i <= #text do
    local c = text:sub(i, i)
    if quoted and c == '"' and text:sub(i + 1, i + 1) == '"' then table.insert(cell, '"'); i = i + 1
    elseif c == '"' then quoted = not quoted
    elseif c == ',' and not quoted then close_cell()
    elseif c == '\n' and not quoted then close_row()
    elseif c ~= '\r' or quoted then table.insert(cell, c) end
    i = i + 1
  end
  if #cell > 0 or #row > 0 then close_row() end
  return rows
end

-- The decimals that show two digits of a size.
local function two_digits(size) return math.max(0, 1 - math.floor(math.log(size, 10))) end

-- True for what arithmetic leaves of a difference that is 0, as natpatsip.wording has it: tiny, with few binary digits.
local function is_residue(value)
  if value <= 1e-22 or value >= 1e-9 then return false end
  while value % 1 ~= 0 do value = value * 2 end
  return value < 2 ^ 28
end

-- A number in scientific notation, as 3.2e-10, in digits alone: its point is moved.
local function in_digits(text)
  local sign, whole, fraction, power = text:match('^(%-?)(%d)%.?(%d*)e([-+]%d+)$')
  if not whole then return text end
  local digits, point = whole .. fraction, 1 + tonumber(power)
  if point < 1 then digits, point = ('0'):rep(1 - point) .. digits, 1 end
  digits = digits .. ('0'):rep(point + 1 - #digits)
  return sign .. digits:sub(1, point) .. '.' .. digits:sub(point + 1)
end

-- The decimals of a column: two, or more where its values are small or close together, as natpatsip.wording has them.
local function decimals_of(rows, c)
  local low, high
  for r = 2, #rows do
    local value = tonumber(rows[r][c] or '')
    if value then low, high = math.min(low or value, value), math.max(high or value, value) end
  end
  if not low then return 2 end
  local size = math.max(math.abs(low), math.abs(high))
  local spread = high - low > 1e-9 * size and high - low or size
  return spread > 0 and math.max(2, math.min(12, two_digits(spread))) or 2
end

local function date_of(text)
  local year, month, day = text:match('^(%d%d%d%d)%-(%d%d)%-?(%d*)$')
  if year and #day ~= 1 and #day < 3 and MONTHS[tonumber(month)] then return year, month, day end
end

-- True if all dates of a column are months. A date can be the first of a month, and 2010-11 a financial year: a column
-- with other days has days, and one whose every text could be a financial year is left as it is.
local function holds_months(rows, c)
  local is_month, could_be_years = false, true
  for r = 2, #rows do
    local text = rows[r][c] or ''
    local year, month, day = date_of(text)
    if text ~= '' and (not year or (day ~= '' and day ~= '01')) then return false end
    if year then
      is_month = true
      could_be_years = could_be_years and day == '' and (tonumber(year) + 1) % 100 == tonumber(month)
    end
  end
  return is_month and not could_be_years
end

-- Values as people read them: dates as words, thousands apart, names without underscores; no 0 for what is not 0.
local function shown_value(text, decimals, is_month)
  local year, month, day = date_of(text)
  if year and is_month then return MONTHS[tonumber(month)] .. ' ' .. year end
  if year and day ~= '' then return tonumber(day) .. ' ' .. MONTHS[tonumber(month)] .. ' ' .. year end
  if text:match('^%-?0%d') then return text end -- a code
  text = in_digits(text)
  local sign, whole, fraction = text:match('^(%-?)(%d+)(%.?%d*)$')
  if not whole then return text end
  if #fraction - 1 > decimals then
    local value = tonumber(whole .. fraction)
    if value > 0 and value < 0.5 * 10 ^ -decimals and not is_residue(value) then decimals = two_digits(value) end
    local half_up = math.floor(value * 10 ^ decimals + 0.5 + 1e-9) / 10 ^ decimals
    whole, fraction = ('%.' .. math.min(decimals, 99) .. 'f'):format(half_up):match('^(%d+)(%.%d+)$')
  end
  if not (whole .. fraction):match('[1-9]') then sign = '' end
  if #whole > 4 or (#whole == 4 and fraction ~= '') then
    whole = whole:reverse():gsub('(%d%d%d)', '%1,'):reverse():gsub('^,', '')
  end
  return sign:gsub('-', '−') .. whole .. fraction
end

-- A report adds names of its own: natpatsip.labels in _quarto.yml.
local NAMES_OF_COLUMNS = { date = 'Month', lpl = 'Lower limit', upl = 'Upper limit', percent = 'Percent' }
local TOTALS = {}

local function read_labels(doc)
  local labels = (doc.meta.natpatsip or {}).labels or {}
  for column, name in pairs(labels.columns or {}) do NAMES_OF_COLUMNS[column] = stringify(name) end
  for _, name in ipairs(labels.totals or {}) do TOTALS[stringify(name)] = true end
end

-- A date is called a month only where it is one.
local function shown_name(name, rows, c, is_month)
  if name == 'date' and NAMES_OF_COLUMNS.date == 'Month' and not is_month then
    return ((rows[2] or {})[c] or ''):match('^%d%d%d%d%-%d%d%-Q%d$') and 'Quarter' or 'Date'
  end
  return NAMES_OF_COLUMNS[name] or (name:gsub('_', ' '):gsub('^%l', string.upper))
end

-- A column of targets with nothing in it is left out: there is no target. Any other shows that its values are missing.
-- So is the column of a file that says in each row what the note above the table does.
local function shown_columns(rows, note)
  local kept = {}
  for c, name in ipairs(rows[1] or {}) do
    local is_noted = note and name == 'Provenance' and c == #rows[1]
    local is_kept = name:lower() ~= 'target' and not is_noted
    for r = 2, #rows do is_kept = is_kept or (rows[r][c] or '') ~= (is_noted and note or '') end
    if is_kept then table.insert(kept, c) end
  end
  local out = {}
  for r, row in ipairs(rows) do
    out[r] = {}
    for k, c in ipairs(kept) do out[r][k] = row[c] or '' end
  end
  return out
end

local function is_number(text) return text == '' or (text:match('^%-?[%d.]') and not text:match('^%-?0[%dx]') and tonumber(text) ~= nil) end

local function data_table(path, label, note)
  local rows = shown_columns(csv_rows(read(path)), note)
  local head = rows[1] or {}
  local numeric, decimals, is_month = {}, {}, {}
  for c = 1, #head do
    numeric[c], decimals[c], is_month[c] = #rows > 1, decimals_of(rows, c), holds_months(rows, c)
    for r = 2, #rows do numeric[c] = numeric[c] and is_number(rows[r][c] or '') end
  end
  -- Most columns hold numbers, so only the others' cells say what they are: there are thousands of cells.
  local function class(c) return numeric[c] and '' or ' class="text"' end
  local out = { '<table class="data"><caption><span>' .. html(label) .. '</span></caption><thead><tr>' }
  for c, name in ipairs(head) do
    table.insert(out, '<th scope="col"' .. class(c) .. '>' .. html(shown_name(name, rows, c, is_month[c])) .. '</th>')
  end
  table.insert(out, '</tr></thead><tbody>')
  for r = 2, #rows do
    table.insert(out, '<tr>')
    for c, value in ipairs(rows[r]) do
      local tag = c == 1 and 'th scope="row"' or 'td'
      table.insert(out, '<' .. tag .. (c > 1 and class(c) or '') .. '>' .. html(shown_value(value, decimals[c], is_month[c])) .. '</' .. tag:sub(1, 2) .. '>')
    end
    table.insert(out, '</tr>')
  end
  table.insert(out, '</tbody></table>')
  return table.concat(out)
end

-- What may be wider than the page scrolls by itself, by touch, pointer and arrow keys; screen readers hear its name.
local function region(name)
  return '<section class="sideways" tabindex="0" aria-label="' .. html(name) .. '">'
end

-- Figures and pictures --------------------------------------------------------------------------------------------------------

-- A chart's drawing says how wide and high it is, so that it has its place on the page before it is laid out.
local function sized_svg(path, id)
  local size = 'viewBox="[%d%.%-]+ [%d%.%-]+ ([%d%.]+) ([%d%.]+)"'
  return (inline_svg(path, id):gsub(size, '%0 width="%1" height="%2"', 1))
end

-- The drawing, twice where it has a layout for narrow columns: the style sheet shows the one that fits.
local function chart(a, id)
  local layouts = { sized_svg(a.svg, id) }
  if a.narrow then
    layouts = { '<div class="wide">' .. layouts[1] .. '</div>',
      '<div class="narrow">' .. sized_svg(a.narrow, id .. '-narrow') .. '</div>' }
  end
  local script = a.interactive and ' data-chart="figures/' .. html(id) .. '.js"' or ''
  return '<div class="chart"' .. script .. ' role="img" aria-label="' .. html(a.alt) .. '">'
    .. table.concat(layouts) .. '</div>'
end

local function html_figure(div)
  local a, id = div.attributes, div.identifier
  local label = 'Figure ' .. a.number
  local out = {
    '<figure class="report-figure" id="' .. id .. '">',
    '<figcaption><p class="figure-number">' .. self_link(id, label) .. ' <span class="figure-programme">' .. html(turned(a.programme))
      .. '</span>' .. (a.mark and ' <span class="figure-mark">' .. html(turned(a.mark)) .. '</span>' or '') .. '</p><p class="figure-title">' .. with_compounds(html(turned(a.title))) .. '</p><p class="figure-description">'
      .. with_compounds(html(turned(a.description))) .. '</p></figcaption>',
    chart(a, id),
    '<div class="figure-caption">',
  }
  local after = { '</div>' }
  if a.note then table.insert(after, '<p class="figure-note">' .. html(turned(a.note)) .. '</p>') end
  table.insert(after, '<details class="figure-data"><summary>Data behind figure ' .. a.number .. '</summary>'
    .. region('Data behind figure ' .. a.number) .. data_table(a.data, label .. ': ' .. turned(a.description), a.note)
    .. '</section></details>')
  local png = a.interactive and '\n<button type="button" class="figure-png scripted">picture (PNG)</button>' or ''
  local files = '<p class="figure-files">Download figure ' .. a.number .. ': <a href="' .. html(a.data)
    .. '" download>data (CSV)</a> <a href="' .. html(a.svg) .. '" download>chart (SVG)</a>' .. png
    .. ' <button type="button" class="figure-link scripted">Copy link to figure ' .. a.number .. '</button></p>'
  table.insert(after, files .. '</figure>')
  return { raw('html', table.concat(out, '\n')), div.content, raw('html', table.concat(after, '\n')) }
end

-- A figure's drawings for paper, if it has any: one, or its parts if it is too large for a page.
local function pages_of(a, id, ending)
  local parts = {}
  for n = 1, tonumber(a.pages or '0') do table.insert(parts, 'drawings/' .. id .. '-page-' .. n .. ending) end
  return parts
end

-- Each part but the first, which has the title, says above it what it is a part of.
local function part_name(a, n) return n > 1 and 'Figure ' .. a.number .. ', part ' .. n .. ' of ' .. a.pages or '' end
local function part_alt(a, n) return n == 1 and a.alt or part_name(a, n) end

-- A note that says no more than the mark beside the figure's number is left out of print, where both are in sight at once.
local function printed_note(a) return a.note ~= (a.mark or '') .. '.' and a.note or nil end

local has_figures = false -- whether the PDF needs a list of them

local function typst_figure(div)
  has_figures = true
  local a = div.attributes
  local said = printed_note(a)
  local note = (a.mark and ', mark: ' .. plain(a.mark) or '') .. (said and ', note: ' .. plain(said) or '')
  local paths, parts = pages_of(a, div.identifier, '.svg'), {}
  local drawing = #paths == 1 and paths[1] or a.svg
  for n, path in ipairs(#paths > 1 and paths or {}) do
    table.insert(parts, '(' .. typst_string(path) .. ', ' .. typst_string(part_alt(a, n)) .. ', '
      .. typst_string(part_name(a, n)) .. '),')
  end
  if #parts > 0 then note = note .. ', pages: (' .. table.concat(parts, ' ') .. ')' end
  return raw('typst', '#np-figure(' .. typst_string(div.identifier) .. ', number: ' .. typst_string(a.number)
    .. ', programme: ' .. plain(a.programme) .. ', title: ' .. plain(a.title) .. ', description: '
    .. plain(a.description) .. ', picture: ' .. typst_string(drawing) .. ', alt: ' .. typst_string(a.alt) .. note .. ')'
    .. content(div.content))
end

-- Plain, since Quarto takes a paragraph of nothing but an image for a figure, too, with its alternative text as caption.
local WIDE, TALL, PICTURE = 16.6, 21, 12.2 -- in centimetres: of the page's text, and of a picture without a number
local function word_image(a, id, wide)
  local size = pandoc.image.size(read(a.png))
  local fit = size.height / size.width * wide > TALL and { height = TALL .. 'cm' } or { width = wide .. 'cm' }
  local image = pandoc.Image(pandoc.Inlines({ pandoc.Str(a.alt) }), a.png, '', pandoc.Attr('', {}, fit))
  local inline = id and pandoc.Span({ image }, pandoc.Attr(id)) or image
  return pandoc.Div({ pandoc.Plain({ inline }) }, pandoc.Attr('', {}, { ['custom-style'] = 'Figure' }))
end

local function word_figure(div)
  local a = div.attributes
  local number = pandoc.Span({ field('SEQ Figure \\* ARABIC', a.number) }, pandoc.Attr(div.identifier))
  local title = pandoc.Inlines({ pandoc.Str('Figure' .. NO_BREAK), number, pandoc.Str((a.mark and ' · ' .. turned(a.mark) or '') .. '. ') })
  title:extend(words(a.title))
  local out = pandoc.Blocks({
    styled('Caption', title),
    styled('Figure Description', words(a.description)),
  })
  local parts = pages_of(a, div.identifier, '.png')
  if #parts == 0 then out:insert(word_image(a, nil, WIDE)) end
  for n, path in ipairs(parts) do
    if n > 1 then out:insert(styled('Figure Description', words(part_name(a, n)))) end
    out:insert(word_image({ png = path, alt = part_alt(a, n) }, nil, WIDE))
  end
  out:extend({
    pandoc.Div(div.content, pandoc.Attr('', {}, { ['custom-style'] = 'Figure Text' })),
  })
  local note = printed_note(a)
  if note then out:insert(styled('Figure Note', words(note))) end
  return out
end

local function figure(div)
  if is_html() then
    local parts = html_figure(div)
    local out = pandoc.Blocks({ parts[1] })
    out:extend(parts[2])
    out:insert(parts[3])
    return out
  elseif is_typst() then
    return typst_figure(div)
  end
  return word_figure(div)
end

local function picture(div)
  local a = div.attributes
  local credit = a.credit and a.credit ~= '' and a.credit or nil
  if is_html() then
    local out = pandoc.Blocks({ raw('html', '<figure class="picture" id="' .. div.identifier
      .. '">' .. chart(a, div.identifier) .. '<figcaption>') })
    out:extend(div.content)
    out:insert(raw('html', (credit and '<p class="credit">' .. html(turned(credit)) .. '</p>' or '')
      .. '</figcaption></figure>'))
    return out
  elseif is_typst() then
    return raw('typst', '#np-picture(' .. typst_string(div.identifier) .. ', picture: ' .. typst_string(a.svg)
      .. ', alt: ' .. typst_string(a.alt) .. (credit and ', credit: ' .. plain(credit) or '') .. ')'
      .. content(div.content))
  end
  local out = pandoc.Blocks({
    word_image(a, div.identifier, PICTURE),
    pandoc.Div(div.content, pandoc.Attr('', {}, { ['custom-style'] = 'Figure Text' })),
  })
  if credit then out:insert(styled('Figure Note', words(credit))) end
  return out
end

-- Tiles, callouts, case studies ---------------------------------------------------------------------------------------------------

-- Icon and number, and after a tab the label, with its drawing on a line below; a programme's first number is larger.
local function word_tile(icon, value, label, drawn, is_hero)
  local tab = pandoc.RawInline('openxml', '<w:r><w:tab/></w:r>')
  local size = pandoc.Attr('', {}, { width = '0.55cm' })
  local number = pandoc.Attr('', {}, { ['custom-style'] = is_hero and 'Hero Value' or 'Tile Value' })
  local line = pandoc.Inlines({ pandoc.Image('icon', icon:gsub('svg$', 'png'), '', size),
    pandoc.Str('\u{a0}\u{a0}'), pandoc.Span(value, number), tab })
  line:extend(label)
  if drawn then
    line:insert(pandoc.LineBreak())
    line:extend(drawn.content)
  end
  return styled('Tile', line)
end

local function tiles(div)
  local out = pandoc.Blocks({})
  local cells = {}
  local programme = div.attributes.programme -- of a panel, whose first tile is larger than the others
  for n, tile in ipairs(div.content) do
    local icon = EXTENSION .. 'icons/' .. tile.attributes.icon .. '.svg'
    local value, label, drawn = tile.content[1].content, tile.content[2].content, tile.content[3]
    if is_html() then
      local is_short = utf8.len(stringify(value)) <= 4 -- so that it can be larger
      local hero = programme and n == 1 and (is_short and ' hero short' or ' hero') or ''
      out:extend({
        raw('html', '<li class="tile' .. hero .. '"><span class="tile-icon">'
          .. inline_svg(icon, 'icon-' .. tostring(#out) .. '-' .. tile.attributes.icon) .. '</span>'),
        pandoc.Div({ pandoc.Plain(value) }, pandoc.Attr('', { 'tile-value' })),
        pandoc.Div({ pandoc.Plain(label) }, pandoc.Attr('', { 'tile-label' })),
      })
      if drawn then out:insert(pandoc.Div({ pandoc.Plain(drawn.content) }, pandoc.Attr('', { 'tile-drawing' }))) end
      out:insert(raw('html', '</li>'))
    elseif is_typst() then
      table.insert(cells, '(icon: ' .. typst_string(icon) .. ', value: ' .. content({ pandoc.Plain(value) })
        .. ', label: ' .. content({ pandoc.Plain(label) })
        .. (drawn and ', drawing: ' .. drawn.content[1].text:match('^#np%-drawing(%b())'):gsub('^%("line", ', '(') or '')
        .. ')')
    else
      out:insert(word_tile(icon, value, label, drawn, programme and n == 1))
    end
  end
  if is_html() then
    local id = div.identifier ~= '' and ' id="' .. html(div.identifier) .. '"' or ''
    out:insert(1, raw('html', '<ul class="tiles' .. (programme and ' panel" data-programme="' .. html(programme) or '') .. '"' .. id .. '>'))
    out:insert(raw('html', '</ul>'))
    return out
  end
  if is_typst() then
    return raw('typst', '#np-tiles((' .. table.concat(cells, ', ') .. ',)'
      .. (programme and ', programme: ' .. typst_string(programme) or '') .. ')')
  end
  return out
end

local NAMES = { note = 'Note', tip = 'Good to know', important = 'Important', warning = 'Take care' }

local function styled_items(style)
  return function(list)
    for i, item in ipairs(list.content) do
      for j, block in ipairs(item) do
        if block.t == 'Plain' or block.t == 'Para' then list.content[i][j] = styled(style, block.content) end
      end
    end
    return list
  end
end

local function callout(div, kind)
  local title = pandoc.Inlines(NAMES[kind])
  local rest = pandoc.Blocks(div.content)
  if rest[1] and rest[1].t == 'Header' then title = rest:remove(1).content end
  if is_html() then
    rest:insert(1, pandoc.Div({ pandoc.Para(title) }, pandoc.Attr('', { 'np-callout-title' })))
    return pandoc.Div(rest, pandoc.Attr(div.identifier, { 'np-callout', 'np-' .. kind }, { role = 'note' }))
  elseif is_typst() then
    return raw('typst', '#np-callout(' .. typst_string(kind) .. ', title: ' .. content({ pandoc.Plain(title) }) .. ')'
      .. content(rest))
  end
  local style = 'Callout ' .. kind:gsub('^%l', string.upper)
  rest = rest:walk({ BulletList = styled_items(style .. ' List'), OrderedList = styled_items(style .. ' List') })
  return { styled(style .. ' Title', title), pandoc.Div(rest, pandoc.Attr('', {}, { ['custom-style'] = style })) }
end

local function case_study(div)
  if is_html() then
    div.content:insert(1, pandoc.Div({ pandoc.Plain('Case study') }, pandoc.Attr('', { 'case-study-label' })))
    return div
  elseif is_typst() then
    local out = pandoc.Blocks({ raw('typst', '#np-case-study[') })
    out:extend(div.content)
    out:insert(raw('typst', ']'))
    return out
  end
  local inside = div.content:walk({ BulletList = styled_items('Case Study List'), OrderedList = styled_items('Case Study List') })
  return { styled('Case Study Title', pandoc.Inlines('Case study')),
    pandoc.Div(inside, pandoc.Attr('', {}, { ['custom-style'] = 'Case Study' })) }
end

-- What stands below a table: its source, and what the marks in it mean.
local function table_notes(div)
  if is_html() then return nil end
  if is_typst() then return raw('typst', '#np-notes' .. content(div.content)) end
  return styled('Figure Note', utils.blocks_to_inlines(div.content))
end

-- Organisations with their measures, on pages alone: a table, which a script makes one to choose from.
local function organisations(div)
  if not is_html() then return div.content end
  div.content:insert(1, raw('html', read(div.attributes.table)))
  div.attributes = { ['data-file'] = 'figures/' .. div.identifier .. '.js' }
  return div
end

local CONSTRUCTS = { ['report-figure'] = figure, picture = picture, tiles = tiles, ['case-study'] = case_study,
  ['table-notes'] = table_notes, organisations = organisations }

local function construct(div)
  for class, make in pairs(CONSTRUCTS) do
    if div.classes:includes(class) then return make(div) end
  end
  for kind in pairs(NAMES) do
    if div.classes:includes('callout-' .. kind) then return callout(div, kind) end
  end
  return nil
end

-- Tables --------------------------------------------------------------------------------------------------------------------------

-- A heading of a group of rows is a row whose first cell has it, marked as such.
local function is_group(row)
  local found = false
  row.cells[1].contents:walk({ Span = function(span) found = found or span.classes:includes('group') end })
  return found
end

local function all_rows(tbl)
  local rows = pandoc.List({})
  for _, body in ipairs(tbl.bodies) do rows:extend(body.body) end
  return rows
end

-- What is asked of a table again and again: its rows, which of them head groups, the rows of data, and what is marked in
-- it. A walk copies what it walks, so that one of the table is made, and those of its cells where there is something.
local function reading_of(tbl)
  local marks, has_drawings, has_raw = {}, false, false
  tbl:walk({
    Span = function(span) for _, class in ipairs(span.classes) do marks[class] = true end end,
    RawInline = function(inline)
      has_drawings = has_drawings or inline.text:match('drawing') ~= nil
      has_raw = has_raw or not inline.text:match('^#np%-') -- the filters' own
    end,
    Image = function() has_drawings = true end,
    Note = function() has_raw = true end,
  })
  local rows, is_heading, data = all_rows(tbl), {}, pandoc.List({})
  for r, row in ipairs(rows) do
    is_heading[r] = marks.group and is_group(row) or false
    if not is_heading[r] then data:insert(row) end
  end
  return { rows = rows, is_heading = is_heading, data = data, marks = marks, has_drawings = has_drawings, has_raw = has_raw }
end

local function without_mark(blocks, class)
  return blocks:walk({ Span = function(span) if span.classes:includes(class) then return span.content end end })
end

-- The rows of a table's head: what spans several columns is marked in the labels of each of them. Leaves the labels alone
-- in the table, and returns their rows: cells with their content and how many columns and rows they take.
local function heading_rows(tbl)
  local parts, levels = {}, 0
  for c, cell in ipairs(tbl.head.rows[1].cells) do
    local above, label = {}, pandoc.Inlines({})
    for _, inline in ipairs(utils.blocks_to_inlines(cell.contents)) do
      if inline.t == 'Span' and inline.classes:includes('spanner') then table.insert(above, inline.content)
      elseif inline.t ~= 'Space' or #label > 0 then label:insert(inline) end
    end
    table.insert(above, label)
    parts[c], levels = above, math.max(levels, #above)
    cell.contents = pandoc.Blocks({ pandoc.Plain(label) })
  end
  local rows = {}
  for r = 1, levels do
    rows[r] = {}
    local before, within
    for c, above in ipairs(parts) do
      local spans, path = r < #above, {}
      for p = 1, math.min(r, #above) do path[p] = stringify(above[p]) end
      local name = spans and table.concat(path, '\n') or nil
      if name and name == within then before.across = before.across + 1
      elseif r <= #above then
        before = { content = above[r], across = 1, down = spans and 1 or levels - r + 1, column = c, spans = spans }
        table.insert(rows[r], before)
      end
      within = name
    end
  end
  return rows
end

-- The same as a table of pandoc's has them, for pages and Word.
local function set_heading(tbl, rows)
  if #rows < 2 then return end
  local labels, made = tbl.head.rows[1].cells, pandoc.List({})
  for r, row in ipairs(rows) do
    local cells = pandoc.List({})
    for _, each in ipairs(row) do
      local cell = each.spans and pandoc.Cell({ pandoc.Plain(each.content) }) or labels[each.column]
      cell.col_span, cell.row_span = each.across, each.down
      if each.spans and is_html() then cell.attr.attributes.scope = 'colgroup' end
      cells:insert(cell)
    end
    made:insert(pandoc.Row(cells))
  end
  tbl.head.rows = made
end

-- One cell as wide as the table, for the heading of a group.
local function group_cell(row, across)
  local cell = pandoc.Cell(without_mark(row.cells[1].contents, 'group'))
  cell.col_span = across
  return cell
end

local function longest_word(text)
  local longest = 0
  for word in text:gsub('_', '_ '):gmatch('%S+') do longest = math.max(longest, utf8.len(word) or #word) end
  return longest
end

-- Word programs may end a line at the stroke of "Q1 2024/25": where its column has room for all of it, none does.
local function whole_quarters(text) return (text:gsub('(Q[1-4]) (%d%d%d%d/%d%d)', '%1' .. NO_BREAK .. '%2')) end

local function longest_word_of(reading)
  local longest = 0
  for _, row in ipairs(reading.data) do
    for _, cell in ipairs(row.cells) do longest = math.max(longest, longest_word(stringify(cell))) end
  end
  return longest
end

-- True if the PDF may have to break a word of a table: an id, or one of 25 letters. Raw markup and notes may hold any words.
local function has_long_words(tbl, reading)
  if reading.has_raw then return true end
  for _, rows in ipairs({ tbl.head.rows, reading.rows }) do
    for _, row in ipairs(rows) do
      for _, cell in ipairs(row.cells) do
        local text = stringify(cell)
        if text:find('_') or longest_word(text) >= 25 then return true end
      end
    end
  end
  return false
end

-- How many letters a row needs where every column is as narrow as its longest word, with the space between columns.
local NARROWEST = 36 -- of a page of 320 pixels
local WIDEST, MANY = 72, 8 -- letters on the narrowest screen that has tables as rows; columns that people can compare

local function letters_across(tbl, reading)
  local across = 0
  for c, heading in ipairs(tbl.head.rows[1].cells) do
    local word = longest_word(stringify(heading))
    for _, row in ipairs(reading.data) do
      local cell = row.cells[c]
      if cell then -- else the row has a wider cell before it
        local text, drawn = letters_of(cell.contents, reading.has_drawings)
        word = math.max(word, longest_word(text), drawn)
      end
    end
    across = across + word + 2
  end
  return across
end

-- A column is as wide as its text asks. Where the page is too narrow for all, columns of short texts keep what they ask
-- for, and long texts are broken into lines; no column is narrower than its longest word.
local ACROSS, PADDING, SHORT, LONG = 92, 3, 16, 90  -- in letters of a table's text

-- The lines of a cell.
local function lines_of(cell)
  if not cell then return {} end
  local lines = { pandoc.Inlines({}) }
  for _, inline in ipairs(utils.blocks_to_inlines(cell.contents)) do
    if inline.t == 'LineBreak' then table.insert(lines, pandoc.Inlines({})) else lines[#lines]:insert(inline) end
  end
  return lines
end

-- Beside the widths: for how many letters there has to be room.
local function weights(tbl, reading)
  local wish, least, total, spare = {}, {}, 0, 0
  for c, spec in ipairs(tbl.colspecs) do
    local heading = stringify(tbl.head.rows[1].cells[c])
    local whole = is_word() and whole_quarters(heading) or heading
    local word, longest, is_short = 1.15 * longest_word(whole), 0, true -- in bold
    for _, row in ipairs(reading.data) do
      for _, line in ipairs(lines_of(row.cells[c])) do
        local text, drawn = letters_of(line, reading.has_drawings)
        word = math.max(word, longest_word(text) + (drawn >= LETTERS.line and 0 or drawn), drawn)
        local length = utf8.len(text) or #text
        longest, is_short = math.max(longest, length + drawn), is_short and length <= SHORT
      end
    end
    local of_heading = #heading / (spec[1] == 'AlignRight' and 3 or 2)
    wish[c] = math.max(word, of_heading, math.min(longest, LONG)) + PADDING
    least[c] = (is_short and math.max(longest, word) or word) + PADDING
    total, spare = total + wish[c], spare + math.max(0, wish[c] - least[c])
  end
  local lacking = math.min(1, math.max(0, total - ACROSS) / math.max(spare, 1))
  local out = {}
  for c in ipairs(wish) do out[c] = math.floor(10 * (wish[c] - lacking * math.max(0, wish[c] - least[c])) + 0.5) end
  return out, math.ceil(math.max(ACROSS, total - spare))
end

local function has_drawing(row)
  local found = false
  for _, cell in ipairs(row.cells) do
    cell.contents:walk({
      RawInline = function(inline) found = found or inline.text:match('drawing') ~= nil end,
      Image = function() found = true end,
    })
  end
  return found
end

-- A row with a line or an icon of its own is one of many, whatever its name begins with; and so is a row whose name goes
-- on after a colon: "All visits: latest month".
local function is_total(row, reading)
  local first = stringify(row.cells[1])
  if first:match(':') or not (first:match('^Total%f[%W]') or first:match('^All%f[%W]') or TOTALS[first]) then return false end
  return not (reading.has_drawings and has_drawing(row))
end

-- Pages have no numbers: the column of the list of figures that says the page is left out; its rows have a link already.
local function drop_page_column(tbl, reading)
  local specs = tbl.colspecs
  for c = #specs, 1, -1 do
    local says_the_page = false
    reading.data[1].cells[c].contents:walk({ Span = function(span)
      says_the_page = says_the_page or span.classes:includes('page-of')
    end })
    if says_the_page then
      specs:remove(c)
      for _, row in ipairs({ tbl.head.rows[1], table.unpack(reading.rows) }) do row.cells:remove(c) end
    end
  end
  tbl.colspecs = specs
end

local function html_table(tbl, reading)
  if reading.marks['page-of'] then drop_page_column(tbl, reading) end
  local headings = pandoc.List({})
  for c, cell in ipairs(tbl.head.rows[1].cells) do
    headings[c] = stringify(cell)
    cell.attr.attributes.scope = 'col'
  end
  local heading = heading_rows(tbl)
  local across = letters_across(tbl, reading)
  if reading.has_drawings then
    tbl:walk({ RawInline = function(inline)
      if inline.text:match('^<span class="drawing line"') and not tbl.attr.classes:includes('sortable') then
        tbl.attr.classes:insert('sortable') -- what has a line in each row compares rows
      end
    end })
  end
  local is_wide = not tbl.classes:includes('passports') and (#tbl.colspecs > MANY or across > WIDEST)
  if #tbl.colspecs <= MANY and (is_wide or #tbl.colspecs > 3 or across > NARROWEST or longest_word_of(reading) > 18) then
    tbl.attr.classes:insert('cards')
  end
  -- Alignment is a class: style attributes would need a laxer policy of the page.
  local specs, number = {}, {}
  for c, spec in ipairs(tbl.colspecs) do
    number[c] = spec[1] == 'AlignRight'
    specs[c] = { 'AlignDefault', nil }
  end
  tbl.colspecs = specs
  local function aligned(row)
    for c, cell in ipairs(row.cells) do
      cell.alignment = 'AlignDefault'
      if number[c] then cell.attr.classes:insert('number') end
    end
  end
  aligned(tbl.head.rows[1])
  local bodies = pandoc.List({})
  for r, row in ipairs(reading.rows) do
    local is_heading = reading.is_heading[r]
    if is_heading or #bodies == 0 then
      bodies:insert({ attr = pandoc.Attr(), body = pandoc.List({}), head = pandoc.List({}), row_head_columns = 1 })
    end
    if is_heading then
      local cell = group_cell(row, #specs)
      cell.attr = pandoc.Attr('', {}, { scope = 'rowgroup' })
      bodies[#bodies].head:insert(pandoc.Row({ cell }, pandoc.Attr('', { 'group' })))
    else
      aligned(row)
      row.cells[1].attr.attributes.scope = 'row'
      if is_total(row, reading) then row.attr.classes:insert('total') end
      for c = 2, #row.cells do row.cells[c].attr.attributes['data-label'] = headings[c] end
      bodies[#bodies].body:insert(row)
    end
  end
  tbl.bodies = bodies
  set_heading(tbl, heading)
  if not is_wide then return tbl end
  local name = utils.blocks_to_inlines(tbl.caption.long)
  tbl.caption.long = { pandoc.Plain({ pandoc.Span(name, pandoc.Attr('', { 'caption' })) }) }
  return { raw('html', region(stringify(name))), tbl, raw('html', '</section>') }
end

local ALIGNMENTS = { AlignRight = 'right', AlignCenter = 'center' }

-- Words beside an icon; of two icons, each has lines of its own.
local function beside_icons(cell)
  local out = {}
  for n, line in ipairs(lines_of(cell)) do out[n] = '#np-beside-icon' .. content({ pandoc.Plain(line) }) end
  return '[' .. table.concat(out) .. ']'
end

local function typst_table(tbl, reading)
  local columns, aligns, cells, header = {}, {}, {}, {}
  local is_breakable = has_long_words(tbl, reading)
  local heading = heading_rows(tbl)
  local widths, letters = weights(tbl, reading)
  for c, weight in ipairs(widths) do
    columns[c] = weight .. 'fr'
    aligns[c] = ALIGNMENTS[tbl.colspecs[c][1]] or 'left'
  end
  for _, row in ipairs(heading) do
    for _, each in ipairs(row) do
      local text = content({ pandoc.Plain(each.content) })
      if each.across > 1 or each.down > 1 then
        text = 'table.cell(colspan: ' .. each.across .. ', rowspan: ' .. each.down
          .. (each.spans and ', align: center' or '') .. ')' .. text
      end
      table.insert(header, text)
    end
  end
  local totals, groups = {}, {}
  for r, row in ipairs(reading.rows) do
    local y = r + #heading - 1
    if reading.is_heading[r] then
      table.insert(groups, tostring(y))
      cells[r] = 'table.cell(colspan: ' .. #columns .. ', align: left)'
        .. content(without_mark(row.cells[1].contents, 'group'))
    else
      local out = {}
      for c, cell in ipairs(row.cells) do
        local text, drawn = '', 0
        if reading.has_drawings then text, drawn = letters_of(cell.contents, true) end
        local is_beside = drawn > 0 and drawn < LETTERS.line and text ~= ''
        out[c] = is_beside and beside_icons(cell) or content(cell.contents)
      end
      cells[r] = table.concat(out, ', ')
      if is_total(row, reading) then table.insert(totals, tostring(y)) end
    end
  end
  local function numbers(name, list)
    return #list > 0 and ', ' .. name .. ': (' .. table.concat(list, ', ') .. ',)' or ''
  end
  return raw('typst', '#np-table(columns: (' .. table.concat(columns, ', ') .. ',), align: ('
    .. table.concat(aligns, ', ') .. ',), caption: ' .. content(tbl.caption.long) .. numbers('totals', totals)
    .. numbers('groups', groups) .. (#heading > 1 and ', heads: ' .. #heading or '')
    .. (letters > ACROSS and ', letters: ' .. letters or '') .. (is_breakable and ', has-long-words: true' or '')
    .. ', header: (' .. table.concat(header, ', ') .. ',),\n'
    .. table.concat(cells, ',\n') .. ')' .. (tbl.identifier ~= '' and ' #label(' .. typst_string(tbl.identifier) .. ')' or ''))
end

-- Only a paragraph can have its icon in the margin beside its words.
local function each_line_a_paragraph(row)
  for _, cell in ipairs(row.cells) do
    local lines = lines_of(cell)
    if #lines > 1 and lines[1][1] and lines[1][1].t == 'Image' then
      cell.contents = pandoc.Blocks(pandoc.List(lines):map(function(line) return pandoc.Plain(line) end))
    end
  end
end

local function word_table(tbl, reading)
  if tbl.identifier ~= '' then -- its caption is where a link leads to
    local name = utils.blocks_to_inlines(tbl.caption.long)
    tbl.caption.long = { pandoc.Plain({ pandoc.Span(name, pandoc.Attr(tbl.identifier)) }) }
    tbl.identifier = ''
  end
  local total, specs = 0, {}
  local heading = heading_rows(tbl)
  local wanted = weights(tbl, reading)
  for _, weight in ipairs(wanted) do total = total + weight end
  for c, spec in ipairs(tbl.colspecs) do specs[c] = { spec[1], wanted[c] / total } end
  tbl.colspecs = specs
  local rows = reading.rows
  for r, row in ipairs(rows) do
    if reading.is_heading[r] then row.cells = { group_cell(row, #specs) } end
    if reading.has_drawings then each_line_a_paragraph(row) end
    if #row.cells == 1 and #specs > 1 or is_total(row, reading) then
      for _, cell in ipairs(row.cells) do
        cell.contents = cell.contents:walk({
          Plain = function(b) return pandoc.Plain({ pandoc.Strong(b.content) }) end,
        })
      end
    end
  end
  tbl.bodies = { { attr = pandoc.Attr(), body = rows, head = {}, row_head_columns = 0 } }
  set_heading(tbl, heading)
  return tbl
end

-- Quarto's own filters, which come later, would take classes and ids from a table.
local function written(blocks)
  return pandoc.Blocks(blocks):walk({ Table = function(tbl)
    return raw('html', pandoc.write(pandoc.Pandoc({ tbl }), 'html5', pandoc.WriterOptions({ wrap_text = 'wrap-none' })))
  end })
end

local function report_table(tbl)
  if tbl.classes:includes('passports') and not is_html() then return nil end -- passports.lua has given it its widths
  local reading = reading_of(tbl)
  if is_html() then return quarto and written(html_table(tbl, reading)) or html_table(tbl, reading) end
  if is_typst() then return typst_table(tbl, reading) end
  return word_table(tbl, reading)
end

-- The whole -----------------------------------------------------------------------------------------------------------------------

-- The PDF's template prints its own list of figures, with the pages that only it knows, in front.
local function without_list_of_figures(blocks)
  local kept, dropping = pandoc.Blocks({}), false
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and block.level == 1 then dropping = block.classes:includes('list-of-figures') end
    if not dropping then kept:insert(block) end
  end
  return kept
end

-- The chapters that are not among natpatsip.not-programmes in _quarto.yml, with their colours where that gives any.
local function programmes(doc)
  local own, found = doc.meta.natpatsip or {}, pandoc.List({})
  local others, colours = {}, own.colours or {}
  local function raw_text(text) return pandoc.MetaInlines({ pandoc.RawInline('typst', text) }) end
  for _, stem in ipairs(own['not-programmes'] or {}) do others[stringify(stem)] = true end
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Header' and block.level == 1 and not others[block.identifier] then
      found:insert(pandoc.MetaMap({ id = raw_text(block.identifier), title = pandoc.MetaInlines(block.content),
        colour = raw_text(stringify(colours[block.identifier] or '')) }))
    end
  end
  return found
end

-- The notes below a table are a part of it, so that no page ends between them.
local function with_notes(blocks)
  for i = #blocks, 2, -1 do
    local notes = blocks[i].t == 'RawBlock' and blocks[i].text:match('^#np%-notes(.*)$')
    local start, rest = (notes and blocks[i - 1].text or ''):match('^(#np%-table%()(.*)$')
    if start then
      blocks[i - 1] = raw('typst', start .. 'notes: ' .. notes .. ', ' .. rest)
      blocks:remove(i)
    end
  end
  return blocks
end

-- A paragraph that introduces tiles or a figure stays on their page, and so does one that ends in a colon with what follows.
local function leading(blocks)
  for i = #blocks - 1, 1, -1 do
    local block, following = blocks[i], blocks[i + 1]
    local to_drawn = following.t == 'Div' and (following.classes:includes('tiles')
      or following.classes:includes('report-figure') or following.classes:includes('picture'))
    local to_more = following.t:match('List$') or following.t == 'RawBlock' and following.text:match('^#np%-table')
    if block.t == 'Para' and (to_drawn or to_more and stringify(block):match(':$')) then
      blocks[i] = raw('typst', '#np-leading' .. content({ block }))
    end
  end
  return blocks
end

function Pandoc(doc)
  read_labels(doc)
  if is_typst() and doc.meta.natpatsip then doc.meta.natpatsip['programme-chapters'] = programmes(doc) end
  if is_typst() then doc.blocks = without_list_of_figures(doc.blocks) end
  -- Each walk copies the document there and back: what can go together does. Inlines come before blocks, inner before outer.
  doc = doc:walk({ Link = resolve, RawInline = line_break, Math = formula, Image = pasted, Figure = without_caption, Span = span_of, Table = report_table, Div = is_html() and construct or nil })
  if not is_html() then doc = doc:walk({ traverse = 'topdown', Inlines = is_typst() and names_figures and with_pages or unbroken, Div = as_it_is }) end
  if is_typst() then doc.blocks = leading(doc.blocks) end
  if not is_html() then doc = doc:walk({ Div = construct, Blocks = is_typst() and with_notes or nil }) end
  if has_figures and doc.meta.natpatsip then doc.meta.natpatsip['has-figures'] = true end
  if is_html() then doc = doc:walk({ Header = linked_heading }) end
  return with_contents(doc)
end
