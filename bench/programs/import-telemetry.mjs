import '@visivo/telemetry'
