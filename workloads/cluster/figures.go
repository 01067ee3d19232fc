package cluster

import "reflect"

// Add adds the figures of another run.
func (f *Figures) Add(o *Figures) {
	to, from := reflect.ValueOf(f).Elem(), reflect.ValueOf(o).Elem()
	for i := range to.NumField() {
		to.Field(i).SetInt(to.Field(i).Int() + from.Field(i).Int())
	}
}
