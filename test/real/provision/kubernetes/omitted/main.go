// Prints src/compare/defaults/types.ts: which fields of Kubernetes' own types vanish when they hold their zero value, read from the Go types that
// kube-apiserver answers with. Run it in this module when its version of Kubernetes changes:
//
//	go run ./omitted >../../../../src/compare/defaults/types.ts
package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// Kinds of requests and of what only the server writes.
var noManifests = []string{"authentication.k8s.io", "authorization.k8s.io", "internal.apiserver.k8s.io", "meta.k8s.io", "events.k8s.io"}
var noObjects = []string{"Binding", "ComponentStatus", "Eviction", "PodStatusResult", "RangeAllocation", "Scale", "WatchEvent"}

var marshaler = reflect.TypeFor[json.Marshaler]()

type fields struct{ omitted, children []string }

var types = map[string]*fields{}

// core.v1.Container is Container, rbac.v1.Subject is rbac.Subject.
func name(t reflect.Type) string {
	path := strings.Split(t.PkgPath(), "/")
	group := path[len(path)-2]
	if group == "core" {
		return t.Name()
	}
	return group + "." + t.Name()
}

func visit(t reflect.Type) string {
	// The schema, list or bool forms of a CRD's schema are written by hand in Go; each holds a schema where it holds an object.
	if strings.HasPrefix(t.Name(), "JSONSchemaPropsOr") {
		return visit(reflect.TypeFor[apiextensions.JSONSchemaProps]())
	}
	id := name(t)
	if types[id] == nil {
		types[id] = &fields{}
		add(t, types[id])
	}
	return id
}

func add(t reflect.Type, to *fields) {
	for f := range t.Fields() {
		tag := strings.Split(f.Tag.Get("json"), ",")
		if f.Anonymous && tag[0] == "" {
			if f.Name != "TypeMeta" {
				add(f.Type, to)
			}
			continue
		}
		if tag[0] == "-" || tag[0] == "status" || tag[0] == "managedFields" {
			continue
		}
		omitted := slices.Contains(tag, "omitempty") || slices.Contains(tag, "omitzero")
		switch f.Type.Kind() {
		// Empty lists and maps are stored as none: where they are shown in any case, they are null.
		case reflect.Slice, reflect.Map:
			to.omitted = append(to.omitted, tag[0])
		case reflect.Bool, reflect.String, reflect.Int32, reflect.Int64:
			if omitted {
				to.omitted = append(to.omitted, tag[0])
			}
		}
		child, many := f.Type, ""
		for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, child.Kind()) {
			if child.Kind() == reflect.Map {
				many = "*"
			}
			child = child.Elem()
		}
		if child.Kind() != reflect.Struct {
			continue
		}
		if strings.HasPrefix(child.Name(), "JSONSchemaPropsOr") || !(child.Implements(marshaler) || reflect.PointerTo(child).Implements(marshaler)) {
			to.children = append(to.children, tag[0]+":"+many+visit(child))
		}
	}
}

// Types without a field that vanishes, below them neither, are left out.
func prune() {
	for again := true; again; {
		again = false
		for id, t := range types {
			before := len(t.children)
			t.children = slices.DeleteFunc(t.children, func(child string) bool {
				_, id, _ := strings.Cut(child, ":")
				return types[strings.TrimPrefix(id, "*")] == nil
			})
			if again = again || len(t.children) != before; len(t.omitted)+len(t.children) == 0 {
				delete(types, id)
				again = true
			}
		}
	}
}

func main() {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, apiextensions.AddToScheme, apiregistration.AddToScheme} {
		if err := add(all); err != nil {
			panic(err)
		}
	}
	kinds := map[string]string{}
	for gvk, t := range all.AllKnownTypes() {
		_, object := t.FieldByName("ObjectMeta")
		stable := !strings.Contains(gvk.Version, "alpha") && !strings.Contains(gvk.Version, "beta") && gvk.Version != runtime.APIVersionInternal
		if object && stable && !slices.Contains(noManifests, gvk.Group) && !slices.Contains(noObjects, gvk.Kind) {
			kinds[strings.TrimPrefix(gvk.GroupVersion().String()+"/"+gvk.Kind, "/")] = visit(t)
		}
	}
	prune()
	fmt.Println("/** Made by test/real/provision/kubernetes/omitted from the Go types of Kubernetes; do not edit. */")
	fmt.Println("\n/** The type of each kind's objects. */\nexport const KINDS: Readonly<Record<string, string>> = {")
	for _, kind := range sorted(kinds) {
		fmt.Printf("  %q: %q,\n", kind, kinds[kind])
	}
	fmt.Println("};\n\n/** Of a type: fields that are not there when `false`, `0`, `\"\"` or empty; fields of a type that is in this table, with a star where it is a map of them. */")
	fmt.Println("export const TYPES: Readonly<Record<string, readonly [omitted: string, children: string]>> = {")
	for _, id := range sorted(types) {
		fmt.Printf("  %q: [%q, %q],\n", id, strings.Join(types[id].omitted, " "), strings.Join(types[id].children, " "))
	}
	fmt.Println("};")
}

func sorted[T any](m map[string]T) []string {
	keys := []string{}
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
