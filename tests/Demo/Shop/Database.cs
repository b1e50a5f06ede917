namespace Telemetry.Demo.Shop;

/// <summary>A database that never answers.</summary>
internal sealed class Database(string address)
{
    public void Execute(string statement) =>
        throw new TimeoutException($"{address} did not answer within 5000 ms: {statement[..24]}…");
}
