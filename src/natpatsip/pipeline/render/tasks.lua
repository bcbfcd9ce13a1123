-- What pandoc does for a report, task after task in one process: `pandoc lua tasks.lua`. See pandoc_tasks.py.
--
-- A task is a line of JSON, which says what to do and how many bytes of content follow. Its answer is a line with the number
-- of bytes that follow, or -1 where pandoc stumbled or warned: the task is then done again by the command line, whose words
-- say what is wrong.

local function contents_of(path)
  local file = assert(io.open(path, 'rb'))
  local text = file:read('a')
  file:close()
  return text
end

-- The filters as the command line runs them, which tell them the format by a global.
local function filtered(doc, task)
  local environment = setmetatable({ FORMAT = task.to }, { __index = _G })
  for _, filter in ipairs(task.filters) do doc = pandoc.utils.run_lua_filter(doc, filter, environment) end
  return doc
end

local function options_of(task)
  if task.to ~= 'html5' then return {} end
  return { section_divs = true, wrap_text = 'none', html_math_method = 'mathml' }
end

-- What the command line reads by, and a script does not by itself: its abbreviations, and its width of a line.
local ABBREVIATIONS = {}
for word in ([[
  aet. aetat. al. Apr. Aug. bk. Bros. c. Capt. cf. ch. chap. chs. Co. col. Corp. cp. d. Dec. Dr. e.g. ed. eds. esp. f.
  fasc. Feb. ff. fig. fl. fol. fols. Fr. Gen. Gov. Hon. i.e. ill. Inc. incl. Jan. Jr. Jul. Jun. Ltd. M.A. M.D. Mar.
  Mr. Mrs. Ms. n. n.b. nn. No. Nov. Oct. p. Ph.D. pp. Pres. Prof. pt. q.v. Rep. Rev. s.v. s.vv. saec. sec. Sen. Sep.
  Sept. Sgt. Sr. St. univ. viz. vol. vs.
]]):gmatch('%S+') do ABBREVIATIONS[word] = true end
local READING = pandoc.ReaderOptions({ abbreviations = ABBREVIATIONS, columns = 72 })

local DO = {}

function DO.read(task, content)
  return pandoc.write(pandoc.read(content, task.from, READING), 'json')
end

-- A document without a template around it; for Word, which has no parts, what the filters make of it.
function DO.write(task, content)
  local doc = filtered(pandoc.read(content, 'json'), task)
  if task.to == 'docx' then return pandoc.write(pandoc.Pandoc(doc.blocks), 'json') end
  return pandoc.write(doc, task.to, pandoc.WriterOptions(options_of(task)))
end

-- A template around a place for a body, filled with what a document's metadata and the variables say.
function DO.fill(task, content)
  local doc = filtered(pandoc.read(content, 'json'), task)
  doc.blocks = { pandoc.RawBlock(task.to == 'typst' and 'typst' or 'html', task.place) }
  local options = options_of(task)
  options.template = pandoc.template.compile(contents_of(task.template), task.template)
  options.variables = pandoc.json.decode(task.variables, false)
  return pandoc.write(doc, task.to, pandoc.WriterOptions(options))
end

local function has_warned(messages)
  for _, message in ipairs(messages) do
    if pandoc.json.decode(pandoc.json.encode(message), false).verbosity ~= 'INFO' then return true end
  end
  return false
end

-- A process that stays does each task in the folder that it names.
local function done(task, content)
  if not task.folder then return DO[task['do']](task, content) end
  return pandoc.system.with_working_directory(task.folder, function() return DO[task['do']](task, content) end)
end

-- A module that a filter requires is read again for the next task: it may have been edited, and may remember the last.
local OWN = {}
for name in pairs(package.loaded) do OWN[name] = true end

local function forget_modules()
  for name in pairs(package.loaded) do
    if not OWN[name] then package.loaded[name] = nil end
  end
end

-- Not with io.read(0), which waits for the next task, and its sender for this one's answer.
local function content_of(task)
  return task.length > 0 and io.read(task.length) or ''
end

local line = io.read('L')
while line do
  local task = pandoc.json.decode(line, false)
  local content = content_of(task)
  local messages, is_done, answer = pandoc.log.silence(pcall, done, task, content)
  if is_done and not has_warned(messages) then io.write(#answer, '\n', answer) else io.write('-1\n') end
  io.flush()
  forget_modules()
  content, answer, messages = nil, nil, nil
  collectgarbage()
  line = io.read('L')
end
