-- What a page says besides its chapter (contents, next chapter, files to download), for Quarto: the build stages it in
-- pages.json, and page.html reads it as metadata. The embedded Pandoc gets the same as variables.
--
-- It runs first. These are internals of Quarto's (1.11), and test_parity.py notices when they change: a book takes the first
-- heading off each chapter and keeps its text as the title, in spans with a class of Quarto's; and where a page has no header
-- of the class quarto-title-block, Quarto adds one, so page.html gives that class to its own.

local OF_TITLE = { ['quarto-section-identifier'] = true, ['chapter-title'] = true }

-- A value of pages.json as metadata: texts are HTML already.
local function as_metadata(value)
  if type(value) == 'string' then return pandoc.MetaInlines({ pandoc.RawInline('html', value) }) end
  if type(value) ~= 'table' then return value end
  local made = {}
  for key, each in pairs(value) do made[key] = as_metadata(each) end
  return #value > 0 and pandoc.MetaList(made) or next(value) and pandoc.MetaMap(made) or pandoc.MetaList({})
end

local function without_quartos_spans(title)
  return pandoc.Inlines(title):walk({ Span = function(span)
    if OF_TITLE[span.classes[1]] then return span.content end
  end })
end

function Pandoc(doc)
  if not (quarto and FORMAT:match('html')) then return nil end
  local file = io.open('pages.json', 'rb')
  if not file then error('natpatsip: pages.json does not exist; stage the chapters again (natpatsip build).') end
  local pages = pandoc.json.decode(file:read('a'), false)
  file:close()
  local stem = pandoc.path.filename(quarto.doc.input_file):gsub('%.qmd$', '')
  local page, first = pages[stem], doc.blocks[1]
  if doc.meta.title and not (first and first.t == 'Header' and first.level == 1) then
    local title = without_quartos_spans(doc.meta.title)
    doc.blocks:insert(1, pandoc.Header(1, title, pandoc.Attr(stem, page['heading-classes'])))
  end
  for name, value in pairs(page) do doc.meta[name] = as_metadata(value) end
  return doc
end
