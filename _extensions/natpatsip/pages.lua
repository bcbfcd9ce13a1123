-- A page's text and what it says besides (contents, next chapter, files to download), for Quarto: the build stages both in
-- pages.json. The text is the chapter as it was checked, with what only pages have, such as terms that open their meaning;
-- page.html reads the rest as metadata. The embedded Pandoc is given the same.
--
-- It runs first. Two internals of Quarto's (1.11) stand behind it, and test_parity.py notices when they change: a book takes
-- the first heading off each chapter, which comes back with the text; and where a page has no header of the class
-- quarto-title-block, Quarto adds one, so page.html gives that class to its own.

-- A value of pages.json as metadata: texts are HTML already.
local function as_metadata(value)
  if type(value) == 'string' then return pandoc.MetaInlines({ pandoc.RawInline('html', value) }) end
  if type(value) ~= 'table' then return value end
  local made = {}
  for key, each in pairs(value) do made[key] = as_metadata(each) end
  return #value > 0 and pandoc.MetaList(made) or next(value) and pandoc.MetaMap(made) or pandoc.MetaList({})
end

function Pandoc(doc)
  if not (quarto and FORMAT:match('html')) then return nil end
  local file = io.open('pages.json', 'rb')
  if not file then error('natpatsip: pages.json does not exist; stage the chapters again (natpatsip build).') end
  local pages = pandoc.json.decode(file:read('a'), false)
  file:close()
  local page = pages[pandoc.path.filename(quarto.doc.input_file):gsub('%.qmd$', '')]
  doc.blocks = pandoc.read(page.document, 'json').blocks
  for name, value in pairs(page.variables) do doc.meta[name] = as_metadata(value) end
  return doc
end
