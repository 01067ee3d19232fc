package plan

import "strings"

// Choice is something that can be named in the options of a run, with one line of explanation.
type Choice struct{ Name, Text string }

// names joins the names of choices for an error text.
func names(choices []Choice) string {
	var all []string
	for _, c := range choices {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}
