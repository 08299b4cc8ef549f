<?php
// Reads queries as PHP fills $_GET: parse_str is the same code. Its arguments are names; on each
// line of the input comes a query, in hexadecimal, and on each of the output what it says of each.
// All readers here do so; src/reader.rs says what an answer looks like.
error_reporting(0);
$names = array_map(fn($name) => explode('[', str_replace(']', '', $name)), array_slice($argv, 1));

function said($value): string
{
    return match (true) {
        $value === null => '-',
        is_string($value) => '=' . bin2hex($value),
        default => '*',
    };
}

while (($line = fgets(STDIN)) !== false) {
    $all = [];
    parse_str(hex2bin(trim($line)), $all);
    $found = [];
    foreach ($names as $name) {
        $value = $all;
        foreach ($name as $part) {
            $value = is_array($value) ? ($value[$part] ?? null) : null;
        }
        $found[] = said($value);
    }
    echo json_encode([$found]), "\n";
}
