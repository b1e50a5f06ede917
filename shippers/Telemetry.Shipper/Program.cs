using Telemetry.Shipper.Commands;
using Telemetry.Shipper.Native;
using Telemetry.Shipping.Machine;

StandardDescriptors.Ensure();
var variables = new Dictionary<string, string>(StringComparer.Ordinal);
foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
{
    variables[(string)variable.Key] = (string?)variable.Value ?? "";
}

return await ShipperProgram.RunAsync(args, new Host(Console.Out, Console.Error, variables, new LinuxMachine(), TimeProvider.System,
    Random.Shared, OwnProcess.ReadArguments()));
