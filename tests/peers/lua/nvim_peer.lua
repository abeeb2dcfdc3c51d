-- lua-nvim's session over lua-mpack as a client. A Lua number is a double: integers beyond 2^53 are not its own.
--   lua5.1 nvim_peer.lua client HOST PORT
local mpack = require('mpack')
local Session = require('nvim.session')
local TcpStream = require('nvim.tcp_stream')

local host, port = arg[2], tonumber(arg[3])
local stream, session

local function connect()
  stream = TcpStream.open(host, port)
  session = Session.new(stream)
end

local function show(value)
  return (type(value) == 'string' and ('%q'):format(value) or tostring(value)):gsub('%s+', ' '):sub(1, 80)
end

local function equal(a, b)
  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b end
  for k, v in pairs(a) do if not equal(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end

local function same(actual, expected)
  if not equal(actual, expected) then error(show(actual) .. ' instead of ' .. show(expected), 0) end
end

local function call(...)
  local ok, result = session:request(...)
  if not ok then error({ remote = result }) end
  return result
end

local function text_of(value)
  if type(value) ~= 'table' then return tostring(value) end
  local texts = {}
  for _, v in pairs(value) do texts[#texts + 1] = text_of(v) end
  return table.concat(texts, ' ')
end

local function fails(contains, ...)
  local ok, problem = session:request(...)
  if ok then error('result ' .. show(problem) .. ' instead of an error', 0) end
  local text = text_of(problem)
  if text == '' or not text:find(contains, 1, true) then error('error ' .. show(text), 0) end
end

local function echo(value) same(call('echo', value), value) end
local function skip(reason) error({ skip = reason }) end

local all_bytes = {}
for i = 0, 255 do all_bytes[#all_bytes + 1] = string.char(i) end
all_bytes = table.concat(all_bytes)

local cases = {
  { 'sum', function() same(call('sum', 1, 2), 3) end },
  { 'error', function() fails('boom', 'fail', 'boom') end },
  { 'unknown_method', function() fails('', 'nosuch', 1) same(call('sum', 1, 2), 3) end },
  { 'text_ascii', function() echo('hello') end },
  { 'text_japanese', function() echo('こんにちは、世界。') end },
  { 'text_40', function() echo(('x'):rep(40)) end },
  { 'text_70000', function() echo(('x'):rep(70000)) end },
  { 'binary_all_bytes', function() echo(all_bytes) end },
  { 'binary_1mib', function() echo(all_bytes:rep(4096)) end },
  { 'nested', function() echo({ a = { 1, { b = { { 2, { 3 } } } } }, c = { d = { e = 'f' } } }) end },
  { 'integers', function()
    -- Not -129 and -32769: lua-mpack 1.0.7 writes them one byte too narrow, as 127 and 32767.
    for _, value in ipairs({ 0, 1, 127, 128, 255, 256, 65535, 65536, 2^32 - 1, 2^32, 2^53, -1, -32, -33, -128, -130, -32768, -32770, -2^31, -2^31 - 1, -2^53 }) do
      echo(value)
    end
  end },
  { 'float32', function() echo(0.5) end },
  { 'float64', function() echo(3.141592653589793) end },
  { 'nil', function() same(call('echo', mpack.NIL), mpack.NIL) end },
  { 'booleans', function() echo(true) echo(false) end },
  { 'ext', function() skip('lua-nvim reads ext only as neovim\'s own handles') end },
  { 'timestamp', function() skip('lua-nvim knows no timestamp') end },
  { 'concurrent_1000', function()
    local answered, wrong = 0, nil
    session:run(function() end, function() end, function()
      for i = 1, 1000 do
        session._msgpack_rpc_stream:write('sum', { i, 1 }, function(err, result)
          if err or result ~= i + 1 then wrong = wrong or (show(err) .. ' ' .. show(result)) end
          answered = answered + 1
          if answered == 1000 then session:stop() end
        end)
      end
    end, 20000)
    same(answered, 1000)
    if wrong then error(wrong, 0) end
  end },
  { 'notify_then_read', function()
    session:notify('set_x', 43)
    same(call('get_x'), 43)
  end },
  { 'reconnect', function()
    stream:write('\193')
    if session:request('sum', 1, 2) then error('still answered after c1', 0) end
    connect()
    same(call('sum', 1, 2), 3)
  end },
}

connect()
local failed = false
for _, case in ipairs(cases) do
  local ok, problem = pcall(case[2])
  local verdict, detail = 'ok', ''
  if not ok and type(problem) == 'table' and problem.skip then
    verdict, detail = 'skip', problem.skip
  elseif not ok then
    verdict, detail, failed = 'fail', show(type(problem) == 'table' and text_of(problem) or problem), true
    connect()
  end
  io.stdout:write(case[1], '\t', verdict, '\t', detail, '\n')
  io.stdout:flush()
end
os.exit(failed and 1 or 0)
