using System.Globalization;
using System.Text.Json;
using Serilog;
using Telemetry.Benchmarks.Otlp;
using Telemetry.Benchmarks.Sinks;

// ENDPOINT EVENTS WARM ANSWER: logs through Serilog's OTLP sink and writes what it cost into a file.
var counter = new AnswerCounter();
using var logger = new LoggerConfiguration().WriteTo.OpenTelemetry(options =>
{
    options.Endpoint = args[0];
    options.HttpMessageHandler = counter;
    options.BatchingOptions.BatchSizeLimit = AnswerCounter.BatchSize;
    options.BatchingOptions.BufferingTimeLimit = TimeSpan.FromMilliseconds(200);
}).CreateLogger();
LoadLoop.Run(logger, int.Parse(args[2], CultureInfo.InvariantCulture), () => counter.Events);
var result = LoadLoop.Run(logger, int.Parse(args[1], CultureInfo.InvariantCulture), () => counter.Events);
File.WriteAllText(args[3], JsonSerializer.Serialize(result));
