import { beforeEach, describe, expect, it } from 'vitest';
import { BareRedis } from './bare-redis.js';

let bare: BareRedis;
beforeEach(() => {
  bare = new BareRedis();
});

/** Lines and their replies, each list on a fresh server. */
const SCRIPTS: Readonly<Record<string, readonly (readonly [line: string, reply: string])[]>> = {
  'PING, ECHO and words that nobody knows': [
    ['ping', '+PONG|'],
    ['PiNg "a b"', '$3|a b|'],
    ['ping a b', "-ERR wrong number of arguments for 'ping' command|"],
    ['echo x', '$1|x|'],
    ['echo', "-ERR wrong number of arguments for 'echo' command|"],
    ['nope a b', "-ERR unknown command 'nope', with args beginning with: 'a' 'b' |"],
    ['select 0', '+OK|'],
    ['select 1', '-ERR DB index is out of range|'],
    ['select x', '-ERR value is not an integer or out of range|'],
  ],
  'GET, SET, DEL and EXISTS': [
    ['get a', '$-1|'],
    ['set a 1', '+OK|'],
    ['get a', '$1|1|'],
    ['set a 2', '+OK|'],
    ['set b "long value"', '+OK|'],
    ['mget a b c', '*3|$1|2|$10|long value|$-1|'],
    ['exists a a b c', ':3|'],
    ['dbsize', ':2|'],
    ['del a a c', ':1|'],
    ['set "\\xff\\x00" "\\xfe\\r\\n"', '+OK|'],
    ['get "\\xff\\x00"', '$3|\xfe||'],
    ['get "\\xfe\\x00"', '$-1|'],
    ['flushall', '+OK|'],
    ['flushdb async', '+OK|'],
    ['flushdb later', '-ERR syntax error|'],
    ['dbsize', ':0|'],
    ['mset a 1 b 2 a 3', '+OK|'],
    ['mget b a', '*2|$1|2|$1|3|'],
    ['mset a', "-ERR wrong number of arguments for 'mset' command|"],
    ['mset a 1 b', "-ERR wrong number of arguments for 'mset' command|"],
  ],
  'the options of SET': [
    ['set a 1 xx', '$-1|'],
    ['set a 1 nx', '+OK|'],
    ['set a 2 NX', '$-1|'],
    ['set a 2 XX GET', '$1|1|'],
    ['set a 3 nx get', '$1|2|'],
    ['set b 1 get', '$-1|'],
    ['set b 2 get', '$1|1|'],
    ['set a 3 nx xx', '-ERR syntax error|'],
    ['set a 3 ex', '-ERR syntax error|'],
    ['set a 3 ex 1 px 1', '-ERR syntax error|'],
    ['set a 3 ex 1 keepttl', '-ERR syntax error|'],
    ['set a 3 ex x', '-ERR value is not an integer or out of range|'],
    ['set a 3 ex 0', "-ERR invalid expire time in 'set' command|"],
    ['set a 3 px -1', "-ERR invalid expire time in 'set' command|"],
    ['set a 3 ex 9223372036854775807', "-ERR invalid expire time in 'set' command|"],
    ['set a 3 EX 10', '+OK|'],
    ['ttl a', ':10|'],
    ['set a 4 keepttl', '+OK|'],
    ['pttl a', ':10000|'],
    ['set a 5', '+OK|'],
    ['ttl a', ':-1|'],
    ['set a 6 px 1500', '+OK|'],
    ['ttl a', ':2|'],
    ['set a 7 exat 1700000020', '+OK|'],
    ['ttl a', ':20|'],
    ['set a 7 pxat 1700000020500', '+OK|'],
    ['pttl a', ':20500|'],
    ['set a 7 exat 1', '+OK|'],
    ['get a', '$-1|'],
  ],
  'INCR and its like': [
    ['incr n', ':1|'],
    ['incrby n 41', ':42|'],
    ['decr n', ':41|'],
    ['decrby n 50', ':-9|'],
    ['get n', '$2|-9|'],
    ['incrby n x', '-ERR value is not an integer or out of range|'],
    ['set n 9223372036854775806', '+OK|'],
    ['incr n', ':9223372036854775807|'],
    ['incr n', '-ERR increment or decrement would overflow|'],
    ['decrby n 9223372036854775807', ':0|'],
    ['decrby n -9223372036854775808', '-ERR decrement would overflow|'],
    ['decrby n 0', ':0|'],
    ['set n 9007199254740991', '+OK|'],
    ['incrby n 2', ':9007199254740993|'],
    ['set n 01', '+OK|'],
    ['incr n', '-ERR value is not an integer or out of range|'],
    ['set n ""', '+OK|'],
    ['incr n', '-ERR value is not an integer or out of range|'],
    ['set n 5 ex 100', '+OK|'],
    ['incr n', ':6|'],
    ['ttl n', ':100|'],
  ],
  'EXPIRE and its like': [
    ['expire a 10', ':0|'],
    ['ttl a', ':-2|'],
    ['pttl a', ':-2|'],
    ['persist a', ':0|'],
    ['set a 1', '+OK|'],
    ['expire a 10 xx', ':0|'],
    ['expire a 10 gt', ':0|'],
    ['expire a 10 lt', ':1|'],
    ['expire a 20 nx', ':0|'],
    ['expire a 20 gt', ':1|'],
    ['ttl a', ':20|'],
    ['expire a 30 lt', ':0|'],
    ['pexpire a 1234', ':1|'],
    ['pttl a', ':1234|'],
    ['persist a', ':1|'],
    ['persist a', ':0|'],
    ['expire a 10 foo', '-ERR Unsupported option foo|'],
    ['expire a 1 nx gt', '-ERR NX and XX, GT or LT options at the same time are not compatible|'],
    ['expire a 1 gt lt', '-ERR GT and LT options at the same time are not compatible|'],
    ['expire a 9223372036854775807', "-ERR invalid expire time in 'expire' command|"],
    ['expire a x', '-ERR value is not an integer or out of range|'],
    ['expire a -1', ':1|'],
    ['exists a', ':0|'],
  ],
  'HELLO, RESET and QUIT': [
    ['hello 4', '-NOPROTO unsupported protocol version|'],
    ['hello x', '-ERR Protocol version is not an integer or out of range|'],
    ['hello 2 foo', "-ERR Syntax error in HELLO option 'foo'|"],
    ['hello 3 setname me', expect.stringMatching(/^%7\|.*\$5\|proto\|:3\|.*\$7\|modules\|\*0\|$/)],
    ['get a', '_|'],
    ['client getname', '$2|me|'],
    ['reset', '+RESET|'],
    ['get a', '$-1|'],
    ['hello', expect.stringMatching(/^\*14\|.*\$5\|proto\|:2\|/)],
    ['quit', '+OK|'],
  ],
  'CLIENT, CONFIG, COMMAND and INFO': [
    ['client id', ':7|'],
    ['client getname', '$-1|'],
    ['client setname x', '+OK|'],
    ['client getname', '$1|x|'],
    [
      'client setname "a b"',
      '-ERR Client names cannot contain spaces, newlines or special characters.|',
    ],
    ['client setinfo lib-name test', '+OK|'],
    ['client setinfo foo test', "-ERR Unrecognized option 'foo'|"],
    ['client setname', "-ERR wrong number of arguments for 'client|setname' command|"],
    ['client', "-ERR wrong number of arguments for 'client' command|"],
    ['client foo', "-ERR unknown subcommand 'foo'. Try CLIENT HELP.|"],
    ['config get save', '*2|$4|save|$0||'],
    ['config get sav? app*', '*4|$10|appendonly|$2|no|$4|save|$0||'],
    ['config get nothing', '*0|'],
    ['config get *?E SAVE', '*2|$4|save|$0||'],
    ['command count', expect.stringMatching(/^:\d+\|$/)],
    ['command info get nope', '*2|*10|$3|get|:2|*2|+readonly|+fast|:1|:1|:1|*0|*0|*0|*0|$-1|'],
    ['command docs dbsize nope', expect.stringMatching(/^\*2\|\$6\|dbsize\|\*6\|\$7\|summary\|/)],
    ['info server', expect.stringMatching(/# Server\|redis_version:7\.0\.15\|/)],
    ['info nothing', '$0||'],
    ['info nothing all', expect.stringMatching(/# Server\|.*# Replication\|/)],
  ],
};

describe('commands', () => {
  it.each(Object.entries(SCRIPTS))('%s', (_title, script) => {
    bare.session.id = 7;
    for (const [line, reply] of script) expect([line, bare.run(line)]).toEqual([line, reply]);
  });

  it('describe themselves, each with its name once', () => {
    const names = bare.redis.commands.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(bare.run(name.toUpperCase())).not.toContain('unknown command');
    expect(bare.run('command')).toMatch(new RegExp(`^\\*${names.length}\\|`));
    expect(bare.run('info')).toContain('# Keyspace');
  });

  it('keep a value that is told before another takes its place', () => {
    bare.run('set a old');
    expect(bare.run('set a new get')).toBe('$3|old|');
    expect(bare.run('get a')).toBe('$3|new|');
  });
});

describe('a key with a time', () => {
  it('is gone when it is over, for whoever asks', () => {
    bare.run('set a 1 px 50');
    bare.now += 49;
    expect(bare.run('get a')).toBe('$1|1|');
    bare.now += 1;
    expect(bare.run('dbsize')).toBe(':1|');
    expect(bare.run('del a')).toBe(':0|');
    expect(bare.run('dbsize')).toBe(':0|');
  });

  it('is removed by itself, and then nothing wakes any more', () => {
    for (let index = 0; index < 5_000; index += 1)
      bare.run(`set k${index} v px ${1 + (index % 900)}`);
    bare.run('set late v px 5000');
    bare.run('set stays v');
    expect(bare.timers).toHaveLength(1);
    bare.pass(3_000);
    expect(bare.run('dbsize')).toBe(':2|');
    bare.pass(3_000);
    expect(bare.run('dbsize')).toBe(':1|');
    expect(bare.timers).toHaveLength(0);
  });

  it('costs no timer when its time is taken away', () => {
    bare.run('set a 1 ex 1');
    bare.run('persist a');
    bare.pass(2_000);
    expect(bare.timers).toHaveLength(0);
    expect(bare.run('get a')).toBe('$1|1|');
  });
});
