# Reads queries as Rack does: nested, as Rails and Sinatra get them, and flat.
require 'json'
require 'rack'

def said(value)
  case value
  when nil then '-'
  when String then "=#{value.unpack1('H*')}"
  else '*'
  end
end

def nested(all, name)
  name.delete(']').split('[').inject(all) { |value, part| value.is_a?(Hash) ? value[part] : nil }
end

# What is refused is refused whole: the application gets an error instead of parameters.
def read
  yield.map { |value| said(value) }
rescue StandardError
  '!'
end

STDOUT.sync = false
while (line = STDIN.gets)
  query = [line.strip].pack('H*')
  puts JSON.generate([
    read { all = Rack::Utils.parse_nested_query(query); ARGV.map { |name| nested(all, name) } },
    read { all = Rack::Utils.parse_query(query); ARGV.map { |name| all[name] } }
  ])
end
