-- neovim as a client: sockconnect and rpcrequest.   nvim --headless -u NONE -i NONE -l is newer than Debian's, so: -c "luafile ...".
-- HOST and PORT come in PEER_HOST and PEER_PORT. Listener profile: neovim.
local channel
local function connect()
  channel = vim.fn.sockconnect('tcp', vim.env.PEER_HOST .. ':' .. vim.env.PEER_PORT, { rpc = true })
  assert(channel > 0, 'no connection')
end
local function call(...) return vim.fn.rpcrequest(channel, ...) end

local function same(actual, expected)
  if not vim.deep_equal(actual, expected) then
    error(('%s instead of %s'):format(vim.inspect(actual):sub(1, 80), vim.inspect(expected):sub(1, 80)), 0)
  end
end
local function echo(value) same(call('echo', value), value) end
local function skip(reason) error({ skip = reason }) end
local function fails(contains, ...)
  local ok, message = pcall(vim.fn.rpcrequest, channel, ...)
  assert(not ok, 'a result instead of an error')
  assert(tostring(message):find(contains, 1, true), 'error ' .. tostring(message))
end

local cases = {
  { 'sum', function() same(call('sum', 1, 2), 3) end },
  { 'error', function() fails('boom', 'fail', 'boom') end },
  { 'unknown_method', function() fails('', 'nosuch', 1) same(call('sum', 1, 2), 3) end },
  { 'text_ascii', function() echo('hello') end },
  { 'text_japanese', function() echo('こんにちは、世界。') end },
  { 'text_40', function() echo(('x'):rep(40)) end },
  { 'text_70000', function() echo(('x'):rep(70000)) end },
  -- Without 0, where neovim 0.7 ends every text that it receives. It sends a Lua string as str, UTF-8 or not.
  { 'binary_all_bytes', function()
    local all = {}
    for i = 1, 255 do all[#all + 1] = string.char(i) end
    echo(table.concat(all))
  end },
  { 'binary_1mib', function() echo(('a'):rep(1048576)) end },
  { 'nested', function() echo({ a = { 1, { b = { { 2, { 3 } } } } }, c = { d = { e = 'f' } } }) end },
  { 'integers', function()
    for _, value in ipairs({ 0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, -1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649 }) do
      echo(value)
    end
    -- Beyond a Lua number: as Vim script's 64-bit integers.
    assert(vim.api.nvim_eval(('rpcrequest(%d, "echo", 0x7fffffffffffffff) == 0x7fffffffffffffff'):format(channel)) == 1, '2^63-1')
    assert(vim.api.nvim_eval(('rpcrequest(%d, "echo", -0x7fffffffffffffff - 1) == -0x7fffffffffffffff - 1'):format(channel)) == 1, '-2^63')
  end },
  { 'float32', function() echo(0.5) end },
  { 'float64', function() echo(3.141592653589793) end },
  { 'nil', function() same(call('echo', vim.NIL), vim.NIL) end },
  { 'booleans', function() echo(true) echo(false) end },
  { 'ext', function() skip('neovim sends ext for its own handles only') end },
  { 'timestamp', function() skip('neovim knows no timestamp') end },
  { 'concurrent_1000', function() skip('rpcrequest waits for its answer') end },
  { 'notify_then_read', function()
    vim.fn.rpcnotify(channel, 'set_x', 43)
    same(call('get_x'), 43)
  end },
  { 'reconnect', function() skip('an rpc channel cannot send broken bytes, which is how a case makes the server close') end },
}

connect()
local failed = false
for _, case in ipairs(cases) do
  local ok, problem = pcall(case[2])
  local verdict, detail = 'ok', ''
  if not ok and type(problem) == 'table' and problem.skip then
    verdict, detail = 'skip', problem.skip
  elseif not ok then
    verdict, detail, failed = 'fail', tostring(problem):gsub('%s+', ' '):sub(1, 300), true
    pcall(connect)
  end
  io.stdout:write(case[1], '\t', verdict, '\t', detail, '\n')
end
io.stdout:flush()
vim.cmd(failed and 'cquit 1' or 'qall!')
