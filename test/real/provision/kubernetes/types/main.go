// Prints src/compare/defaults/types.ts: how the Go types with which kube-apiserver answers show what is zero. Run it in this module when its version of
// Kubernetes changes:
//
//	go run ./types >../../../../src/compare/defaults/types.ts
package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// Kinds of requests, and of what only the server writes.
var noManifests = []string{"authentication.k8s.io", "authorization.k8s.io", "internal.apiserver.k8s.io", "meta.k8s.io"}
var noObjects = []string{"Binding", "ComponentStatus", "Eviction", "PodStatusResult", "RangeAllocation", "Scale", "WatchEvent"}

var (
	marshaler = reflect.TypeFor[json.Marshaler]()
	bytes     = reflect.TypeFor[[]byte]()
)

// By name, the fields of each type.
var types = map[string][]string{}

// core.v1.Container is Container, rbac.v1.Subject rbac.Subject, autoscaling.v2.MetricSpec autoscaling.v2.MetricSpec.
func name(t reflect.Type) string {
	path := strings.Split(t.PkgPath(), "/")
	names := []string{path[len(path)-2], path[len(path)-1], t.Name()}
	return strings.Join(slices.DeleteFunc(names, func(name string) bool { return name == "core" || name == "v1" }), ".")
}

// The name of a value's type; empty where nothing is known of its inside.
func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		return "amount"
	case reflect.TypeFor[intstr.IntOrString]():
		return "number"
	case bytes:
		return "text"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Int32, reflect.Int64:
		return "number"
	case reflect.Bool:
		return "flag"
	case reflect.Struct:
		// The schema, list or bool forms of a CRD's schema: each holds a schema where it holds an object.
		if strings.HasPrefix(t.Name(), "JSONSchemaPropsOr") {
			return typeName(reflect.TypeFor[apiextensions.JSONSchemaProps]())
		}
		if !t.Implements(marshaler) && !reflect.PointerTo(t).Implements(marshaler) {
			return structName(t)
		}
	}
	return ""
}

func structName(t reflect.Type) string {
	id := name(t)
	if _, known := types[id]; !known {
		types[id] = nil
		types[id] = fields(t)
	}
	return id
}

func fields(t reflect.Type) (list []string) {
	for f := range t.Fields() {
		tag := strings.Split(f.Tag.Get("json"), ",")
		if f.Anonymous && tag[0] == "" {
			if f.Name != "TypeMeta" {
				list = append(list, fields(f.Type)...)
			}
			continue
		}
		if !slices.Contains([]string{"-", "status", "managedFields"}, tag[0]) {
			if text := field(f.Type, tag[1:]); text != "" {
				list = append(list, tag[0]+text)
			}
		}
	}
	return list
}

func field(t reflect.Type, options []string) string {
	pointer := t.Kind() == reflect.Pointer
	if pointer {
		t = t.Elem()
	}
	if (t.Kind() == reflect.Slice && t != bytes) || t.Kind() == reflect.Map {
		many := "[]"
		if t.Kind() == reflect.Map {
			many = "*"
		}
		item := t.Elem()
		if item.Kind() == reflect.Pointer {
			item = item.Elem()
		}
		return "-:" + many + typeName(item)
	}
	id := typeName(t)
	isStruct := t.Kind() == reflect.Struct && id != "amount" && id != "number"
	switch {
	case id == "" || pointer && !isStruct:
		return ""
	case pointer:
		return ":" + id
	case slices.Contains(options, "omitzero"), !isStruct && t.Kind() != reflect.Struct && slices.Contains(options, "omitempty"):
		return "-:" + id
	}
	return "+:" + id
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
			kinds[strings.TrimPrefix(gvk.GroupVersion().String()+"/"+gvk.Kind, "/")] = structName(t)
		}
	}
	fmt.Println("/** Made by test/real/provision/kubernetes/types from the Go types of Kubernetes; do not edit. */")
	fmt.Println("\n/** The type of each kind's objects. */\nexport const KINDS: Readonly<Record<string, string>> = {")
	for _, kind := range sorted(kinds) {
		fmt.Printf("  %q: %q,\n", kind, kinds[kind])
	}
	fmt.Println("};\n\n/**\n * The fields of each type, but pointers to scalars: `-` is not shown when it is zero or empty, `+` is shown in any case, neither is shown when it is there.\n * `[]` is a list, `*` a map, both of what follows; without a name nothing is known of their items.\n */")
	fmt.Println("export const TYPES: Readonly<Record<string, string>> = {")
	for _, id := range sorted(types) {
		fmt.Printf("  %q: %q,\n", id, strings.Join(types[id], " "))
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
