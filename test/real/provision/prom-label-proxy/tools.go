//go:build tools

package tools

import _ "github.com/prometheus-community/prom-label-proxy"
