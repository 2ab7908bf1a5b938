import { expect, test } from 'vitest'
import { execute, SqlError, statementsOf, type Databases } from '../../../../src/sim/node/programs/mysql/sql'

const around = {
  user: 'root@localhost',
  variables: { server_id: '100', version: '8.0.44' },
  nowMs: Date.UTC(2026, 0, 1),
  readOnly: undefined,
}

/** Runs statements one after the other; answers the rows of the last, or what has been refused. */
function run(text: string, readOnly?: string): unknown {
  const databases: Databases = new Map([['shop', new Map()]])
  let used: string | undefined = 'shop'
  const transaction = {}
  let last: unknown
  try {
    for (const sql of statementsOf(text)) {
      const answer = execute(sql, databases, used, { ...around, transaction, readOnly })
      if ('use' in answer) used = answer.use ?? used
      last = 'rows' in answer ? answer.rows : answer.affected
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return `${error.code} (${error.state}): ${error.message}`
  }
  return last
}

const table =
  "create table goods (id int auto_increment primary key, name varchar(20), price int); insert into goods (name, price) values ('tea', 3), ('rice; white', 10);"

test.each([
  ['SELECT @@server_id, NOW(), VERSION()', [['100', '2026-01-01 00:00:00', '8.0.44']]],
  ['SHOW DATABASES', [['shop']]],
  ['CREATE DATABASE test; USE test; CREATE TABLE messages (message VARCHAR(250)); INSERT INTO test.messages VALUES (\'hello\'); SELECT * FROM test.messages', [['hello']]],
  [`${table} select * from goods order by price desc limit 1`, [['2', 'rice; white', '10']]],
  [`${table} select name from goods where price > 5 and name like 'r%'`, [['rice; white']]],
  [`${table} update goods set price = 4 where id = 1; select price from goods where name = 'tea'`, [['4']]],
  [`${table} delete from goods where id = 2; select count(*) from goods`, [['1']]],
  ['show tables', []],
  ['select * from nothing', "1146 (42S02): Table 'shop.nothing' doesn't exist"],
  ['use nowhere', "1049 (42000): Unknown database 'nowhere'"],
  ['create database shop', "1007 (HY000): Can't create database 'shop'; database exists"],
  ['selekt 1', "1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'selekt 1' at line 1"],
])('%s', (sql, outcome) => {
  expect(run(sql)).toEqual(outcome)
}) // prettier-ignore

test('a read-only replica refuses changes and answers questions', () => {
  expect(run('create database x', '--super-read-only')).toBe(
    '1290 (HY000): The MySQL server is running with the --super-read-only option so it cannot execute this statement',
  )
  expect(run('select 1', '--super-read-only')).toEqual([['1']])
})
