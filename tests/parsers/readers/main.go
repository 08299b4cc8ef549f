// Reads queries as Go's net/url does. What does not parse is dropped alone, as
// `URL.Query` has it.
package main

import (
	"bufio"
	"encoding/hex"
	"net/url"
	"os"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		query, err := hex.DecodeString(lines.Text())
		if err != nil {
			os.Exit(1)
		}
		values, _ := url.ParseQuery(string(query))
		said := make([]string, 0, len(os.Args))
		for _, name := range os.Args[1:] {
			said = append(said, `"`+answer(values[name])+`"`)
		}
		out.WriteString("[[" + strings.Join(said, ",") + "]]\n")
	}
}

func answer(values []string) string {
	switch len(values) {
	case 0:
		return "-"
	case 1:
		return "=" + hex.EncodeToString([]byte(values[0]))
	default:
		return "*"
	}
}
