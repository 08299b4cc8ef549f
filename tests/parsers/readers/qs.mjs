// Reads queries as qs does, by default and with what Express and others turn on, and as
// Node.js does itself.
import querystring from 'node:querystring';
import { createInterface } from 'node:readline';
import qs from 'qs';

const names = process.argv.slice(2);
const paths = names.map((name) => name.replaceAll(']', '').split('['));

const own = (value, key) => (value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? value[key] : undefined);

const said = (value) => {
    if (value === undefined || value === null) return '-';
    return typeof value === 'string' ? `=${Buffer.from(value).toString('hex')}` : '*';
};

const nested = (options) => (query) => {
    const all = qs.parse(query, options);
    return paths.map((path) => said(path.reduce(own, all)));
};

const flat = (query) => {
    const all = querystring.parse(query);
    return names.map((name) => said(own(all, name)));
};

const search = (query) => {
    const all = new URLSearchParams(query);
    return names.map((name) => {
        const values = all.getAll(name);
        return said(values.length > 1 ? values : values[0]);
    });
};

const readings = [
    nested({}),
    nested({ allowPrototypes: true, ignoreQueryPrefix: true }),
    nested({ allowDots: true, comma: true, depth: 10, charsetSentinel: true, interpretNumericEntities: true }),
    flat,
    search,
];

// What is refused is refused whole: the application gets an error instead of parameters.
const attempt = (read, query) => {
    try {
        return read(query);
    } catch {
        return '!';
    }
};

for await (const line of createInterface({ input: process.stdin })) {
    // Node.js takes the request's target for Latin-1.
    const query = Buffer.from(line, 'hex').toString('latin1');
    process.stdout.write(`${JSON.stringify(readings.map((read) => attempt(read, query)))}\n`);
}
