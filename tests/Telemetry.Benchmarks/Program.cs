using Telemetry.Benchmarks;
using Telemetry.Benchmarks.Sinks;

var full = args.Contains("--full");
var only = args.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault();
switch (args.FirstOrDefault(a => !a.StartsWith('-')))
{
    case "main":
        return await MainBenchmark.RunAsync(full, only);
    case "elasticsearch":
        return await ElasticsearchBenchmark.RunAsync(full, only);
    case "kafka":
        return await KafkaBenchmark.RunAsync(full, only);
    case "sink":
        return await SinkBenchmark.RunAsync(full, only);
    case SinkChild.Verb:
        return SinkChild.Run(args);
    default:
        Console.Error.WriteLine("bench: name one of: main, elasticsearch, kafka, sink");
        return 2;
}
