using Telemetry.Benchmarks;

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
    default:
        Console.Error.WriteLine("bench: name one of: main, elasticsearch, kafka");
        return 2;
}
