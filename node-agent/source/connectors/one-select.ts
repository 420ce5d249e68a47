/** What ends a line in one program's eyes and not in another's, and characters that nobody sees. */
const DOUBTFUL = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/;
/** These take a statement for another server, whatever it does there. */
const SENDS_ELSEWHERE = /\b(OPENQUERY|OPENROWSET|OPENDATASOURCE)\b/i;

/**
 * What is wrong with a query of SQL Server that is going to stand between parentheses behind FROM; undefined when
 * nothing is. SQL Server takes several statements where it takes one, and has no session that can't write: what stays
 * within the parentheses is a SELECT, or the server refuses it.
 */
export function queryProblem(query: string): 'leaves' | 'sends' | undefined {
  if (DOUBTFUL.test(query)) return 'leaves';
  const code = withoutTexts(query.replace(/[\s;]+$/, ''));
  if (code === undefined || code.includes(';')) return 'leaves';
  let depth = 0;
  for (const [parenthesis] of code.matchAll(/[()]/g)) {
    depth += parenthesis === '(' ? 1 : -1;
    if (depth < 0) return 'leaves';
  }
  if (depth > 0) return 'leaves';
  return SENDS_ELSEWHERE.test(code) ? 'sends' : undefined;
}

/** A blank for every text, quoted name and comment; undefined where one of them is never closed. */
function withoutTexts(query: string): string | undefined {
  let code = '';
  let from = 0;
  while (from < query.length) {
    const end = endOfText(query, from);
    if (end === undefined) {
      code += query[from] ?? '';
      from += 1;
    } else if (end < 0) return undefined;
    else {
      code += ' ';
      from = end;
    }
  }
  return code;
}

/** Where what begins here ends; -1 where it never does, undefined where nothing begins. */
function endOfText(query: string, from: number): number | undefined {
  switch (query[from]) {
    case "'":
    case '"':
      return endOfQuote(query, from, query[from] ?? '');
    case '[':
      return endOfQuote(query, from, ']');
    case '-': {
      if (query[from + 1] !== '-') return undefined;
      const end = query.indexOf('\n', from);
      return end < 0 ? query.length : end;
    }
    case '/':
      return query[from + 1] === '*' ? endOfComment(query, from) : undefined;
    default:
      return undefined;
  }
}

/** A closing quote that stands there twice is one within. */
function endOfQuote(query: string, from: number, close: string): number {
  for (let at = from + 1; ; at += 2) {
    at = query.indexOf(close, at);
    if (at < 0) return -1;
    if (query[at + 1] !== close) return at + 1;
  }
}

/** SQL Server's comments stand within one another. */
function endOfComment(query: string, from: number): number {
  let depth = 0;
  for (const { 0: mark, index } of query.slice(from).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return from + index + mark.length;
  }
  return -1;
}
