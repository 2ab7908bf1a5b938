import { expect, test } from 'vitest'
import { execute } from '../../../../../src/sim/node/programs/sql/engine'
import type { Databases, Session } from '../../../../../src/sim/node/programs/sql/evaluate'
import { splitStatements } from '../../../../../src/sim/node/programs/sql/tokens'
import type { Dialect } from '../../../../../src/sim/node/programs/sql/values'

function session(dialect: Dialect, more: Partial<Session> = {}): Session {
  const databases: Databases = new Map([['shop', new Map()]])
  return { dialect, databases, database: 'shop', user: 'root', nowMs: Date.UTC(2026, 0, 2, 3, 4, 5), variables: { server_id: 100 }, readOnly: undefined, transaction: {}, ...more }
} // prettier-ignore

const FILLED =
  "create table fruit (id int auto_increment primary key, name varchar(20) not null, price decimal(5,2) default 1.5); insert into fruit (name, price) values ('apple', 2), ('pear', 3); insert into fruit (name) values ('plum')"

function rowsOf(script: string, dialect: Dialect = 'mysql') {
  const own = session(dialect)
  let rows: readonly (readonly unknown[])[] = []
  for (const sql of splitStatements(`${FILLED}; ${script}`)) rows = execute(sql, own).rows
  return rows
}

test.each([
  ['select * from fruit', [[1, 'apple', 2], [2, 'pear', 3], [3, 'plum', 1.5]]],
  ['select name from fruit where price > 1.5 order by price desc', [['pear'], ['apple']]],
  ["select name from fruit where name like 'p%' and not name = 'plum'", [['pear']]],
  ['select count(*), sum(price), max(name) from fruit', [[3, 6.5, 'plum']]],
  ['select price > 1.5 as dear, count(*) from fruit group by price > 1.5 order by dear', [[false, 1], [true, 2]]],
  ['select id from fruit where id in (1, 3) limit 1', [[1]]],
  ["update fruit set price = price * 2 where name = 'apple'; select price from fruit where id = 1", [[4]]],
  ['delete from fruit where id < 3; select id from fruit', [[3]]],
  ['delete from fruit; insert into fruit (name) values (\'kiwi\'); select id from fruit', [[4]]],
  ["select concat('a', 'b'), upper('x'), coalesce(null, 3), 7 % 4, -2 + 5", [['ab', 'X', 3, 3, 3]]],
  ['select @@server_id, now()', [[100, '2026-01-02 03:04:05']]],
  ['create database other; use other; create table t (a int); insert into other.t values (null); select a is null from t', [[true]]],
  ["begin; insert into fruit (name) values ('kiwi'); drop table fruit; rollback; select count(*) from fruit", [[3]]],
  ["start transaction; delete from fruit where id = 1; commit; rollback; select count(*) from fruit", [[2]]],
  ['alter table fruit add column colour varchar(10) default \'green\', drop column price; select * from fruit where id = 1', [[1, 'apple', 'green']]],
  ['alter table fruit rename to crop; alter table crop rename column name to kind; select kind from crop where id = 2', [['pear']]],
  ['alter table fruit add constraint positive check (price > 0), modify price int, change name label text; select label from fruit where id = 3', [['plum']]],
  ['drop table if exists nothing; show tables', [['fruit']]],
])('%s', (script, rows) => {
  expect(rowsOf(script)).toEqual(rows)
}) // prettier-ignore

test.each([
  ['selec 1', "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'selec 1' at line 1"],
  ['select * from nothing', "Table 'shop.nothing' doesn't exist"],
  ['select colour from fruit', "Unknown column 'colour' in 'field list'"],
  ["insert into fruit values (1, 'again', 2)", "Duplicate entry '1' for key 'fruit.PRIMARY'"],
  ['insert into fruit (name) values (1, 2)', "Column count doesn't match value count at row 1"],
  ['insert into fruit (price) values (2)', "Field 'name' doesn't have a default value"],
  ['alter table fruit add name text', "Duplicate column name 'name'"],
  ['alter table fruit drop colour', "Can't DROP 'colour'; check that column/key exists"],
  ['alter table fruit explode', "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'explode' at line 1"],
  ['use nowhere', "Unknown database 'nowhere'"],
  ['create database shop', "Can't create database 'shop'; database exists"],
])('MySQL refuses %s', (script, message) => {
  expect(() => rowsOf(script)).toThrow(message)
}) // prettier-ignore

test.each([
  ['selec 1', 'syntax error at or near "selec"'],
  ['select * from nothing', 'relation "nothing" does not exist'],
  ['select', 'syntax error at end of input'],
])('PostgreSQL refuses %s', (script, message) => {
  expect(() => execute(script, session('postgres'))).toThrow(message)
})

test('a read-only server answers questions and refuses changes', () => {
  const own = session('mysql', { readOnly: '--super-read-only' })
  expect(execute('select 1', own).rows).toEqual([[1]])
  expect(() => execute('create table t (a int)', own)).toThrow('running with the --super-read-only option')
})
